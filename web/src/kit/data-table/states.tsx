import { SearchX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Skeleton } from '@/ui/skeleton'
import { EmptyState } from '../empty-state'

export function NoneMatch({ onClear }: { onClear?: () => void }) {
  const { t } = useTranslation()
  return (
    <EmptyState icon={SearchX} title={t('table.none_match')} description={t('table.none_match_hint')}>
      {onClear && <Button onClick={onClear}>{t('filter.clear')}</Button>}
    </EmptyState>
  )
}

const widths = ['w-3/5', 'w-4/5', 'w-2/5', 'w-3/4', 'w-1/2']

export function TableSkeleton({ columns, rowHeight }: { columns: number; rowHeight: number }) {
  const { t } = useTranslation()
  return (
    <div role="status" aria-label={t('table.loading')} className="min-h-0 flex-1 overflow-hidden">
      {Array.from({ length: 12 }, (_, row) => (
        <div key={row} className="border-border/70 flex items-center gap-6 border-b px-3" style={{ height: rowHeight }}>
          {Array.from({ length: Math.min(columns, 5) }, (_cell, column) => (
            <div key={column} className="flex-1">
              <Skeleton className={`h-3 ${widths[(row + column * 2) % widths.length]}`} />
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}
