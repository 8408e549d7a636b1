import { useEffect, useEffectEvent } from 'react'
import { create } from 'zustand'

export type PageAction = { label: string; run: () => void }

/** What the page at hand offers the palette: mostly something to do with its selection. */
export const usePageActions = create<{ actions: readonly PageAction[] }>(() => ({ actions: [] }))

export function useOfferedActions(actions: readonly PageAction[]): void {
  const labels = actions.map(({ label }) => label).join('\n')
  const run = useEffectEvent((label: string) => actions.find((action) => action.label === label)?.run())
  useEffect(() => {
    const offered = labels ? labels.split('\n').map((label) => ({ label, run: () => run(label) })) : []
    usePageActions.setState({ actions: offered })
    return () => usePageActions.setState({ actions: [] })
  }, [labels])
}
