import { useEffect, useEffectEvent } from 'react'
import { useNavigate } from 'react-router'
import { tinykeys } from 'tinykeys'
import { beginSequence, endSequence, inSequence, isCovered, isTyping } from '@/lib/keyboard'
import { openShellPanel } from './panels'

type Places = readonly { key: string; to: string }[]

/** Ctrl/Cmd-K, `?`, `/` and the `g` sequences, each to the place of its key, at the address that `within` makes of it. */
export function useShellKeys(places: Places, within = (to: string) => to): void {
  const navigate = useNavigate()
  const go = useEffectEvent((to: string) => void navigate(within(to)))
  const bindings = places.map((place) => `${place.key} ${place.to}`).join('\n')

  useEffect(() => {
    const onPage = (work: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
      if (!isTyping(event) && !isCovered()) work(event)
    }
    const places = new Map(bindings.split('\n').map((line) => line.split(' ') as [string, string]))
    const followSequence = onPage((event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const to = inSequence(event) ? places.get(event.key) : undefined
      if (to !== undefined) {
        // Not before every other listener has seen that this letter was not meant for it.
        setTimeout(endSequence)
        go(to)
      } else if (event.key === 'g') beginSequence(event)
    })
    window.addEventListener('keydown', followSequence)
    const stop = tinykeys(
      window,
      {
        '$mod+k': (event) => {
          event.preventDefault()
          openShellPanel('palette')
        },
        '[Shift]+?': onPage(() => openShellPanel('shortcuts')),
        '/': onPage((event) => {
          event.preventDefault()
          document.querySelector<HTMLInputElement>('[data-search]')?.focus()
        }),
      },
      { ignore: () => false },
    )
    return () => {
      window.removeEventListener('keydown', followSequence)
      stop()
    }
  }, [bindings])
}
