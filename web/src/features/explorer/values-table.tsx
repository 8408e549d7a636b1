import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { alignSeries } from '@/kit/chart-data'
import { formatDateTime } from '@/lib/format'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { formats } from '@/features/telemetry/metric-format'
import { drawnOf, type Panel } from './panels'

const rowsAtOnce = 100

type ValuesTableProps = { panel: Panel; zone?: string; hidden: readonly string[] }

/** The same values as text, the newest first. */
export function ValuesTable({ panel, zone, hidden }: ValuesTableProps) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(rowsAtOnce)
  const format = formats[panel.kind]
  const series = useMemo(() => drawnOf(panel.lines, hidden, (name) => t('explorer.before_of', { name })), [panel.lines, hidden, t])
  const rows = useMemo(() => {
    const [times, ...columns] = alignSeries(series)
    return Array.from(times, (at, index) => ({ atMs: at * 1000, values: columns.map((column) => column[index]) }))
      .filter(({ values }) => values.some((value) => value !== null && value !== undefined))
      .toReversed()
  }, [series])
  return (
    <Card>
      <CardHeader title={panel.title} />
      <div
        className="thin-scrollbar border-border max-h-[32rem] overflow-auto border-t"
        role="region"
        tabIndex={0}
        aria-label={panel.title}
      >
        <table className="w-full text-xs">
          <caption className="sr-only">{panel.title}</caption>
          <thead className="bg-surface text-muted sticky top-0">
            <tr>
              <th scope="col" className="px-4 py-1.5 text-left font-medium">
                {t('explorer.time')}
              </th>
              {series.map(({ label }) => (
                <th key={label} scope="col" className="px-3 py-1.5 text-right font-medium">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map(({ atMs, values }) => (
              <tr key={atMs} className="hover:bg-hover">
                <th scope="row" className="px-4 py-1 text-left font-normal whitespace-nowrap">
                  <time dateTime={new Date(atMs).toISOString()}>{formatDateTime(atMs, zone)}</time>
                </th>
                {values.map((value, index) => (
                  <td key={series[index]!.label} className="px-3 py-1 text-right whitespace-nowrap tabular-nums">
                    {value === null || value === undefined ? '—' : format(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length > shown && (
          <div className="p-2 text-center">
            <Button size="small" onClick={() => setShown(shown + rowsAtOnce * 5)}>
              {t('action.more')}
            </Button>
          </div>
        )}
      </div>
    </Card>
  )
}
