import { type RefObject, useEffect, useEffectEvent, useRef } from 'react'
import { tinykeys } from 'tinykeys'
import { inSequence, isCovered } from '@/lib/keyboard'
import { usePlace } from './use-place'

type RowKeys = {
  rowIds: readonly string[]
  activeId: string | null
  setActiveId: (id: string) => void
  scrollTo: (index: number) => void
  open: (id: string) => void
  toggle: (id: string) => void
  escape: () => void
  others: Record<string, (id: string) => void>
}

/** j and k walk the rows, x selects, Enter opens, Esc lets go. They rest while a dialog or a menu is open. */
export function useRowKeys(container: RefObject<HTMLElement | null>, keys: RowKeys): void {
  const neighbour = usePlace(keys.rowIds, keys.activeId)
  const wanted = useRef<string | null>(null)
  const reach = () => {
    const { activeElement, body } = document
    const row = wanted.current !== null && container.current?.querySelector<HTMLElement>(`[data-row-id="${CSS.escape(wanted.current)}"]`)
    if (!row) return
    wanted.current = null
    if (activeElement === body || container.current?.contains(activeElement)) row.focus({ preventScroll: true })
  }
  const step = useEffectEvent((by: number) => {
    const id = neighbour(by)
    if (id === undefined) return
    keys.setActiveId(id)
    keys.scrollTo(keys.rowIds.indexOf(id))
    wanted.current = id
    reach()
  })
  // A row further away exists only after the scroll was rendered, whenever that is.
  useEffect(reach)
  const onActive = useEffectEvent((act: string) => {
    const { activeId } = keys
    if (activeId === null || !keys.rowIds.includes(activeId)) return
    if (act === 'open') keys.open(activeId)
    else if (act === 'toggle') keys.toggle(activeId)
    else keys.others[act]?.(activeId)
  })
  const isGone = keys.activeId !== null && !keys.rowIds.includes(keys.activeId)
  useEffect(() => {
    // The row with the focus went, acknowledged or removed: its successor takes over, so that the next key acts on that.
    if (isGone && document.activeElement === document.body && !isCovered()) step(1)
  }, [isGone])
  const escape = useEffectEvent(() => keys.escape())
  const otherNames = Object.keys(keys.others).join(' ')

  useEffect(() => {
    const quiet = (work: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
      if (!isCovered() && !inSequence(event)) work(event)
    }
    const inTable = (work: () => void) =>
      quiet((event) => {
        const target = event.target instanceof HTMLElement ? event.target : null
        if (!target?.hasAttribute('data-row-id')) return
        event.preventDefault()
        work()
      })
    const others = Object.fromEntries(
      otherNames
        .split(' ')
        .filter(Boolean)
        .map((name) => [name, quiet(() => onActive(name))]),
    )
    return tinykeys(window, {
      j: quiet(() => step(1)),
      k: quiet(() => step(-1)),
      ArrowDown: inTable(() => step(1)),
      ArrowUp: inTable(() => step(-1)),
      x: quiet(() => onActive('toggle')),
      Enter: inTable(() => onActive('open')),
      Escape: quiet(() => escape()),
      ...others,
    })
  }, [otherNames])
}
