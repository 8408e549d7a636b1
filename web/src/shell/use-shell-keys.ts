import { useEffect, useEffectEvent } from 'react'
import { useNavigate } from 'react-router'
import { tinykeys } from 'tinykeys'
import { beginSequence, endSequence, isCovered, isTyping } from '@/lib/keyboard'
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
    const sequences = bindings.split('\n').map((line) => {
      const [key, to = '/'] = line.split(' ')
      const follow = onPage(() => {
        // Not before every other listener has seen that this letter was not meant for it.
        setTimeout(endSequence)
        go(to)
      })
      return [`g ${key}`, follow] as const
    })
    // A binding of its own for `g` would swallow the sequences that begin with it.
    const noticeSequence = onPage((event) => {
      if (event.key === 'g' && !event.ctrlKey && !event.metaKey && !event.altKey) beginSequence()
    })
    window.addEventListener('keydown', noticeSequence)
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
        ...Object.fromEntries(sequences),
      },
      { ignore: () => false },
    )
    return () => {
      window.removeEventListener('keydown', noticeSequence)
      stop()
    }
  }, [bindings])
}
