import { type KeyboardEvent, useEffect, useEffectEvent, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type uPlot from 'uplot'
import { formatTime } from '@/lib/format'
import { useTheme } from '@/lib/theme'
import { alignSeries, type ChartSeries, summarize, valueAt } from './chart-data'
import { type Line, lineColour, makePlot } from './chart-plot'
import type { Format } from './chart-scale'

export type ChartCursor = { atMs: number; values: (number | null)[] } | null

type ChartProps = {
  label: string
  series: readonly ChartSeries[]
  fromMs: number
  toMs: number
  format: Format
  /** The top of the scale where the unit has one, such as 100 for percent. */
  highest?: number
  ceiling?: number
  binary?: boolean
  fitted?: boolean
  unanchored?: boolean
  /** Charts with the same key share one cursor. */
  syncKey?: string
  height?: number
  zone?: string
  /** A stretch of time was drawn out with the pointer. */
  onZoom?: (fromMs: number, toMs: number) => void
  /** Given where the values stand elsewhere: the chart has no legend then, and its cursor moves by the arrow keys, too. */
  onCursor?: (cursor: ChartCursor) => void
}

const nowhere = { left: -10, top: -10 }

export function Chart({ label, series, fromMs, toMs, format, height = 176, onZoom, onCursor, ...look }: ChartProps) {
  const { highest, ceiling, binary, fitted, unanchored, syncKey, zone } = look
  const { t } = useTranslation()
  const summaryId = useId()
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const [spoken, setSpoken] = useState('')
  const data = useMemo(() => alignSeries(series), [series])
  const lines = JSON.stringify(
    series.map((entry, index): Line => ({ name: entry.label, colour: entry.colour ?? index, faint: entry.faint ?? false })),
  )
  const theme = useTheme((state) => state.resolved)

  const tellCursor = useEffectEvent((place: number | null) => {
    if (!onCursor) return setCursor(place)
    const at = place === null ? undefined : data[0][place]
    if (place === null || at === undefined) return onCursor(null)
    onCursor({ atMs: at * 1000, values: data.slice(1).map((column) => valueAt(column, place)) })
  })
  const zoom = useEffectEvent((from: number, to: number) => onZoom?.(from, to))
  const zooms = onZoom !== undefined

  // uPlot draws outside React: it is made anew only when the set of lines changes, and handed new data otherwise.
  useEffect(() => {
    const element = holder.current
    if (!element) return
    const made = makePlot(element, {
      width: element.clientWidth || 320,
      height,
      lines: JSON.parse(lines) as Line[],
      format,
      highest,
      ceiling,
      binary,
      fitted,
      unanchored,
      syncKey,
      zone,
      onCursor: tellCursor,
      onZoom: zooms ? zoom : undefined,
    })
    plot.current = made
    // Called at once, too; another drawing of the same would delay the first picture.
    const resize = new ResizeObserver(() => element.clientWidth === made.width || made.setSize({ width: element.clientWidth, height }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [lines, height, highest, ceiling, binary, fitted, unanchored, syncKey, zone, zooms, format])

  // Setting the scale of time draws everything, soon and once, together with what was just made; colours are read from the theme's tokens then.
  useEffect(() => {
    plot.current?.setData(data, false)
    plot.current?.setScale('x', { min: fromMs / 1000, max: toMs / 1000 })
  }, [data, fromMs, toMs, theme, lines, height, highest, ceiling, binary, fitted, unanchored, syncKey, zone, zooms, format])

  const moveCursor = (event: KeyboardEvent) => {
    const made = plot.current
    const last = data[0].length - 1
    if (!made || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return
    const from = made.cursor.idx ?? last + 1
    const pace = event.shiftKey ? 10 : 1
    const places: Record<string, number | null> = { ArrowLeft: from - pace, ArrowRight: from + pace, Home: 0, End: last, Escape: null }
    const wanted = places[event.key]
    if (wanted === undefined) return
    event.preventDefault()
    if (wanted === null) {
      setSpoken('')
      return made.setCursor(nowhere)
    }
    const place = Math.max(0, Math.min(last, wanted))
    const at = data[0][place] ?? 0
    made.setCursor({ left: made.valToPos(at, 'x'), top: 10 })
    const values = series.map((entry, index) => {
      const value = valueAt(data[index + 1], place)
      return `${entry.label} ${value === null ? '—' : format(value)}`
    })
    setSpoken(`${formatTime(at * 1000, true, zone)}: ${values.join(', ')}`)
  }

  // The cursor renders with every frame: what it does not change is not summed up again.
  const told = useMemo(() => {
    const sentences = series.map(({ label: name, points }) => {
      const summary = summarize(points)
      if (!summary) return t('chart.no_data', { name })
      const { latest, lowest, highest: most, mean } = summary
      return t('chart.summary', { name, latest: format(latest), lowest: format(lowest), highest: format(most), mean: format(mean) })
    })
    return sentences.join(' ')
  }, [series, format, t])

  const at = cursor === null ? undefined : data[0][cursor]
  return (
    <figure aria-label={label} aria-describedby={summaryId} className="min-w-0">
      <div
        {...(onCursor && { tabIndex: 0, role: 'group', 'aria-label': t('chart.keys', { name: label }), onKeyDown: moveCursor })}
        className="rounded-md"
      >
        <div ref={holder} aria-hidden className="w-full" style={{ height }} />
      </div>
      <figcaption className={onCursor ? undefined : 'mt-1'}>
        {onCursor ? (
          <p className="sr-only" aria-live="polite">
            {spoken}
          </p>
        ) : (
          <ul className="text-muted flex min-h-5 flex-wrap items-center gap-x-4 gap-y-0.5 pl-3 text-xs" aria-hidden>
            {series.map((entry, index) => {
              const value = cursor === null ? entry.points.at(-1)?.[1] : valueAt(data[index + 1], cursor)
              return (
                <li key={entry.label} className="flex max-w-full items-center gap-1.5">
                  <span className="size-2 shrink-0 rounded-full" style={{ background: `var(${lineColour(entry.colour ?? index)})` }} />
                  <span className="truncate" title={entry.label}>
                    {entry.label}
                  </span>
                  <span className="text-text font-medium whitespace-nowrap tabular-nums">
                    {value === null || value === undefined ? '—' : format(value)}
                  </span>
                </li>
              )
            })}
            {at !== undefined && <li className="ml-auto">{formatTime(at * 1000, true, zone)}</li>}
          </ul>
        )}
        <p id={summaryId} className="sr-only">
          {told}
        </p>
      </figcaption>
    </figure>
  )
}
