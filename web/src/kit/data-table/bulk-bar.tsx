import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { nothingSelected, type Selection } from './selection'

type BulkBarProps = {
  selection: Selection
  onChange: (selection: Selection) => void
  /** How many rows the filter matches, where the server has counted them. */
  count: number | undefined
  loaded: number
  /** What goes on, in words. */
  progress?: string | null
  children: ReactNode
}

/** What can be done to the selected rows; offers the rest of the filter once all that was loaded is selected. */
export function BulkBar({ selection, onChange, count, loaded, progress, children }: BulkBarProps) {
  const { t } = useTranslation()
  const { ids, all, wasWhole = false } = selection
  if (!all && ids.size === 0) return null
  const more = !all && (wasWhole || ids.size >= loaded) && count !== undefined && count > ids.size
  return (
    <div
      role="toolbar"
      aria-label={t('table.selection')}
      className="border-border bg-accent-soft flex flex-wrap items-center gap-2 border-b px-3 py-1.5"
    >
      <span className="text-accent-text font-medium" role="status">
        {progress ??
          (all
            ? t('table.all_selected', { count: count ?? loaded, formatted: formatNumber(count ?? loaded) })
            : t('table.selected', { count: ids.size, formatted: formatNumber(ids.size) }))}
      </span>
      {more && !progress && (
        <Button size="small" variant="link" onClick={() => onChange({ ids, all: true })}>
          {t('table.select_matching', { count, formatted: formatNumber(count) })}
        </Button>
      )}
      <span className="flex-1" />
      {children}
      <Button size="iconSmall" variant="quiet" aria-label={t('table.clear_selection')} onClick={() => onChange(nothingSelected)}>
        <X aria-hidden />
      </Button>
    </div>
  )
}
