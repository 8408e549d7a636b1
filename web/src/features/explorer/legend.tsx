import { useTranslation } from 'react-i18next'
import type { Summary } from '@/kit/chart-data'
import { lineColour, lineDash } from '@/kit/chart-plot'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'
import { formats } from '@/features/telemetry/metric-format'
import type { Line, Panel } from './panels'

type LegendProps = {
  panel: Panel
  compare: boolean
  hidden: readonly string[]
  onHidden: (hidden: string[]) => void
  /** The values under the cursor, by name; the newest ones where it is nowhere. */
  at: ReadonlyMap<string, number | null> | null
}

const cell = 'px-2 py-1 text-right tabular-nums whitespace-nowrap last:pr-4'
const measures = [
  ['lowest', 'max-sm:hidden'],
  ['mean', ''],
  ['highest', 'max-sm:hidden'],
] as const

/** What each line amounts to; pressed, a line goes away or comes back, with Alt it stands alone. */
export function Legend({ panel, compare, hidden, onHidden, at }: LegendProps) {
  const { t } = useTranslation()
  const format = formats[panel.kind]
  const told = (value: number | null | undefined) => (value === null || value === undefined ? '—' : format(value))
  const toggle = (line: Line, alone: boolean) => {
    const others = panel.lines.filter(({ key }) => key !== line.key).map(({ key }) => key)
    if (alone) return onHidden(others.every((key) => hidden.includes(key)) ? [] : others)
    onHidden(hidden.includes(line.key) ? hidden.filter((key) => key !== line.key) : [...hidden, line.key])
  }
  return (
    <div
      className="thin-scrollbar border-border max-h-56 overflow-auto border-t"
      role="region"
      tabIndex={0}
      aria-label={t('explorer.legend', { name: panel.title })}
    >
      <table className="w-full text-xs">
        <thead className="bg-surface text-muted sticky top-0">
          <tr>
            <th scope="col" className="px-4 py-1.5 text-left font-medium">
              {t('explorer.line')}
            </th>
            <th scope="col" className={classNames(cell, 'font-medium')}>
              {at ? t('explorer.at_cursor') : t('explorer.latest')}
            </th>
            {measures.map(([measure, width]) => (
              <th key={measure} scope="col" className={classNames(cell, 'font-medium', width)}>
                {t(`explorer.${measure}`)}
              </th>
            ))}
            {compare && (
              <th scope="col" className={classNames(cell, 'font-medium')}>
                {t('explorer.change')}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {panel.lines.map((line) => {
            const gone = hidden.includes(line.key)
            return (
              <tr key={line.key} className={classNames('hover:bg-hover', gone && 'text-muted')}>
                <th scope="row" className="max-w-0 min-w-36 px-2 text-left font-normal">
                  <button
                    type="button"
                    aria-pressed={!gone}
                    title={t('explorer.toggle_hint')}
                    onClick={(event) => toggle(line, event.altKey)}
                    className="flex h-7 w-full items-center gap-2 rounded px-2"
                  >
                    <Swatch colour={line.colour} hollow={gone} />
                    <span className={classNames('truncate', gone && 'line-through')}>{line.name}</span>
                  </button>
                </th>
                <td className={classNames(cell, 'text-text font-medium')}>{told(at ? at.get(line.name) : line.summary?.latest)}</td>
                {measures.map(([measure, width]) => (
                  <td key={measure} className={classNames(cell, width)}>
                    {told(line.summary?.[measure])}
                  </td>
                ))}
                {compare && <td className={cell}>{changeOf(line.summary, line.summaryBefore)}</td>}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** By how much the mean differs from the one before. */
function changeOf(now: Summary | null, before: Summary | null): string {
  if (!now || !before || before.mean === 0) return '—'
  const change = ((now.mean - before.mean) / Math.abs(before.mean)) * 100
  return `${change > 0 ? '+' : change < 0 ? '−' : '±'}${formatNumber(Math.abs(change), Math.abs(change) < 10 ? 1 : 0)} %`
}

function Swatch({ colour, hollow }: { colour: number; hollow: boolean }) {
  return (
    <svg width="16" height="8" className="shrink-0" aria-hidden>
      <line
        x1="0"
        x2="16"
        y1="4"
        y2="4"
        strokeWidth="2.5"
        strokeDasharray={lineDash(colour)
          ?.map((part) => part / 2)
          .join(' ')}
        stroke={hollow ? 'var(--border-strong)' : `var(${lineColour(colour)})`}
      />
    </svg>
  )
}
