import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'
import { ErrorState } from './error-state'

interface RowListProps<Row> {
  label: string
  rows: readonly Row[]
  query: {
    isPending: boolean
    isSuccess: boolean
    error: unknown
    hasNextPage: boolean
    isFetchingNextPage: boolean
    refetch: () => unknown
    fetchNextPage: () => unknown
  }
  empty: ReactNode
  children: (row: Row) => ReactNode
}

/** A short list in a card, for what is no table: its rows, or why there are none, and the next page. */
export function RowList<Row>({ label, rows, query, empty, children }: RowListProps<Row>) {
  const { t } = useTranslation()
  return (
    <Card className="overflow-hidden">
      {query.isPending && <Skeleton className="m-4 h-24" />}
      {Boolean(query.error) && rows.length === 0 && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && empty}
      {rows.length > 0 && (
        <ul aria-label={label} className="divide-border divide-y">
          {rows.map(children)}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="border-border border-t p-2 text-center">
          <Button variant="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('action.more')}
          </Button>
        </div>
      )}
    </Card>
  )
}
