import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import { formatDayAndTime, formatTime } from '@/lib/format'
import { useTheme } from '@/lib/theme'
import { alignSeries, type ChartSeries, summarize } from './chart-data'

type ChartProps = {
  label: string
  series: readonly ChartSeries[]
  fromMs: number
  toMs: number
  format: (value: number) => string
  /** The top of the scale where the unit has one, such as 100 for percent. */
  highest?: number
  /** Charts with the same key share one cursor. */
  syncKey?: string
  height?: number
}

const colours = 6
const dayMs = 86_400_000

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function translucent(colour: string): string {
  return colour.startsWith('#') ? `${colour}1c` : colour.replace(/\)$/, ' / 0.11)')
}

function seriesColour(index: number): string {
  return `--chart-${(index % colours) + 1}`
}

export function Chart({ label, series, fromMs, toMs, format, highest, syncKey, height = 176 }: ChartProps) {
  const { t } = useTranslation()
  const summaryId = useId()
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const data = useMemo(() => alignSeries(series), [series])
  const labels = series.map((entry) => entry.label).join('\n')
  const theme = useTheme((state) => state.resolved)

  // uPlot draws outside React: it is made anew only when the set of lines changes, and handed new data otherwise.
  useEffect(() => {
    const element = holder.current
    if (!element) return
    const names = labels ? labels.split('\n') : []
    const axis: uPlot.Axis = {
      stroke: () => token('--text-muted'),
      grid: { stroke: () => token('--chart-grid'), width: 1 },
      ticks: { show: false },
      font: '11px "Inter Variable", sans-serif',
    }
    const made = new uPlot(
      {
        width: element.clientWidth || 320,
        height,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        cursor: { sync: syncKey ? { key: syncKey, setSeries: false } : undefined, drag: { x: false, y: false }, points: { size: 6 } },
        scales: { x: { time: true }, y: { range: (_self, _low, high) => [0, highest ?? Math.max(high * 1.15, Number.EPSILON * 8, 1e-6)] } },
        axes: [
          {
            ...axis,
            space: 72,
            size: 26,
            values: (self, splits) => {
              const span = ((self.scales['x']?.max ?? 0) - (self.scales['x']?.min ?? 0)) * 1000
              return splits.map((at) => (span > dayMs * 1.5 ? formatDayAndTime(at * 1000) : formatTime(at * 1000, span < 180_000)))
            },
          },
          { ...axis, space: 28, size: 66, values: (_self, splits) => splits.map((value) => format(value)) },
        ],
        series: [
          {},
          ...names.map((name, index) => ({
            label: name,
            width: 1.5,
            stroke: () => token(seriesColour(index)),
            fill: names.length <= 2 ? () => translucent(token(seriesColour(index))) : undefined,
            points: { size: 4, fill: () => token(seriesColour(index)), show: (self: uPlot) => self.data[0].length <= 24 },
          })),
        ],
        hooks: { setCursor: [(self) => setCursor(self.cursor.idx ?? null)] },
      },
      [[], ...names.map(() => [])],
      element,
    )
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [labels, height, highest, syncKey, format])

  useEffect(() => {
    plot.current?.batch(() => {
      plot.current?.setData(data, false)
      plot.current?.setScale('x', { min: fromMs / 1000, max: toMs / 1000 })
    })
    // Colours are read from the theme's tokens while drawing.
    plot.current?.redraw()
  }, [data, fromMs, toMs, theme, labels, height, highest, syncKey, format])

  const at = cursor === null ? undefined : data[0][cursor]
  return (
    <figure aria-label={label} aria-describedby={summaryId} className="min-w-0">
      <div ref={holder} aria-hidden className="w-full" style={{ height }} />
      <figcaption className="mt-1">
        <ul className="text-muted flex min-h-5 flex-wrap items-center gap-x-4 gap-y-0.5 pl-3 text-xs" aria-hidden>
          {series.map((entry, index) => {
            const value = cursor === null ? entry.points.at(-1)?.[1] : data[index + 1]?.[cursor]
            return (
              <li key={entry.label} className="flex items-center gap-1.5">
                <span className="size-2 rounded-full" style={{ background: `var(${seriesColour(index)})` }} />
                {entry.label}
                <span className="text-text font-medium tabular-nums">{value === null || value === undefined ? '—' : format(value)}</span>
              </li>
            )
          })}
          {at !== undefined && <li className="ml-auto">{formatTime(at * 1000, true)}</li>}
        </ul>
        <p id={summaryId} className="sr-only">
          {series
            .map((entry) => {
              const summary = summarize(entry.points)
              if (!summary) return t('chart.no_data', { name: entry.label })
              return t('chart.summary', {
                name: entry.label,
                latest: format(summary.latest),
                lowest: format(summary.lowest),
                highest: format(summary.highest),
                mean: format(summary.mean),
              })
            })
            .join(' ')}
        </p>
      </figcaption>
    </figure>
  )
}
