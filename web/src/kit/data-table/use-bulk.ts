import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/lib/format'
import { notify } from '@/lib/notify'
import { asProblem } from '@/lib/problem'
import { queryClient } from '@/lib/query-client'
import { nothingSelected, type Selection } from './selection'

export type BulkFailure = { id: string; name: string; error: string; detail: string }
export type BulkAnswer = { done: readonly string[]; failures: readonly BulkFailure[]; next_cursor: string | null }
export type BulkWhich = { ids: string[] } | { filter: Record<string, unknown>; cursor?: string }

type BulkCall = (which: BulkWhich) => Promise<BulkAnswer>
type BulkSaid = (count: number) => string
/** Offered once it is done, for those rows that it was done to. */
type BulkUndo = { label: string; call: BulkCall; said: BulkSaid }

/** Runs a bulk action over a selection, call by call, saying how far it is; what was refused stays to be read. */
export function useBulk({
  invalidates,
  filter,
  onSelection,
  idsAtOnce = 200,
}: {
  /** First keys of the queries that it makes stale. */
  invalidates: readonly string[]
  filter: Record<string, unknown>
  onSelection: (selection: Selection) => void
  /** As many as the server takes in one call. */
  idsAtOnce?: number
}) {
  const { t } = useTranslation()
  const [progress, setProgress] = useState<string | null>(null)
  const [failures, setFailures] = useState<readonly BulkFailure[]>([])

  const run = async (selection: Selection, call: BulkCall, said: BulkSaid, undo?: BulkUndo) => {
    const refused: BulkFailure[] = []
    const done: string[] = []
    const take = (answer: BulkAnswer) => {
      done.push(...answer.done)
      refused.push(...answer.failures)
      setProgress(t('table.progress', { formatted: formatNumber(done.length) }))
    }
    setProgress(t('table.progress', { formatted: '0' }))
    try {
      if (selection.all) {
        let cursor: string | undefined
        do {
          const answer = await call({ filter, ...(cursor && { cursor }) })
          take(answer)
          cursor = answer.next_cursor ?? undefined
        } while (cursor)
      } else {
        const ids = [...selection.ids]
        for (let from = 0; from < ids.length; from += idsAtOnce) take(await call({ ids: ids.slice(from, from + idsAtOnce) }))
      }
      onSelection(refused.length > 0 ? { ids: new Set(refused.map(({ id }) => id)), all: false } : nothingSelected)
    } catch (error) {
      // What was done before stays done, and is said.
      notify.error(asProblem(error).message || t('error.network'))
    } finally {
      setProgress(null)
      setFailures(refused)
      if (done.length > 0) {
        const takeBack = undo && (() => void run({ ids: new Set(done), all: false }, undo.call, undo.said))
        notify.success(said(done.length), takeBack && { action: { label: undo.label, onClick: takeBack } })
      }
      await Promise.all(invalidates.map((key) => queryClient.invalidateQueries({ queryKey: [key] })))
    }
  }
  return { run, progress, busy: progress !== null, failures, forget: () => setFailures([]) }
}
