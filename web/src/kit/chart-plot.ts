import uPlot from 'uplot'
import { formatDayAndTime, formatTime } from '@/lib/format'
import { type Format, type ScaleOptions, scaleLabels, scaleOf } from './chart-scale'

export type Line = { name: string; colour: number; faint: boolean }
type PlotOptions = ScaleOptions & {
  width: number
  height: number
  lines: readonly Line[]
  format: Format
  /** Counts in powers of two, as bytes are. */
  binary?: boolean
  syncKey?: string
  zone?: string
  onCursor: (place: number | null) => void
  onZoom?: (fromMs: number, toMs: number) => void
}

const colours = 6
const dayMs = 86_400_000
const leastDragPixels = 6
/** In pixels. A line of more values than the plot has columns takes several times as long to draw when it is wider than one, and reads no better. */
const [thin, usual] = [1, 1.5]
const powersOfTwo = Array.from({ length: 64 }, (_, power) => 2 ** (power - 3))

export const lineColour = (colour: number) => `--chart-${(colour % colours) + 1}`

/** Colours come back after six lines: those of the second turn are dashed, those of the third dotted. */
const dashes: readonly (number[] | undefined)[] = [undefined, [8, 4], [2, 3]]
export const lineDash = (colour: number) => dashes[Math.floor(colour / colours) % dashes.length]

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function translucent(colour: string, alpha: string): string {
  return colour.replace(/\)$/, ` / ${alpha})`)
}

/** A plot on a canvas; its colours are read from the theme's tokens whenever it draws. */
export function makePlot(element: HTMLElement, options: PlotOptions): uPlot {
  const { width, height, lines, format, syncKey, zone, onCursor, onZoom } = options
  const axis: uPlot.Axis = {
    stroke: () => token('--text-muted'),
    grid: { stroke: () => token('--chart-grid'), width: 1 },
    ticks: { show: false },
    font: '11px "Inter Variable", sans-serif',
  }
  return new uPlot(
    {
      width,
      height,
      padding: [8, 26, 0, 0],
      legend: { show: false },
      tzDate: zone ? (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone) : undefined,
      cursor: {
        sync: syncKey ? { key: syncKey, setSeries: false } : undefined,
        drag: { x: onZoom !== undefined, y: false, setScale: false },
        points: { size: 6 },
      },
      scales: { x: { time: true }, y: { range: (_self, low, high) => scaleOf(low, high, options) } },
      axes: [
        {
          ...axis,
          space: 72,
          size: 26,
          values: (self, splits) => {
            const span = ((self.scales['x']?.max ?? 0) - (self.scales['x']?.min ?? 0)) * 1000
            return splits.map((at) =>
              span > dayMs * 1.5 ? formatDayAndTime(at * 1000, zone) : formatTime(at * 1000, span < 180_000, zone),
            )
          },
        },
        {
          ...axis,
          incrs: options.binary ? powersOfTwo : undefined,
          space: 28,
          size: 66,
          values: (_self, splits) => scaleLabels(splits, format),
        },
      ],
      series: [
        {},
        ...lines.map(({ name, colour, faint }, index) => ({
          label: name,
          width: faint ? thin : usual,
          dash: faint ? [3, 3] : lineDash(colour),
          stroke: () => (faint ? translucent(token(lineColour(colour)), '0.55') : token(lineColour(colour))),
          fill: lines.length <= 2 && !faint && !options.unanchored ? () => translucent(token(lineColour(colour)), '0.11') : undefined,
          points: { size: 4, fill: () => token(lineColour(colour)), show: (self: uPlot) => pointsOf(self, index + 1) <= 24 },
        })),
      ],
      hooks: {
        setData: [
          (self) => {
            const isDense = self.data[0].length > self.width
            for (const [index, { faint }] of lines.entries()) self.series[index + 1]!.width = isDense || faint ? thin : usual
          },
        ],
        setCursor: [(self) => onCursor(self.cursor.idx ?? null)],
        setSelect: [
          (self) => {
            const { left, width: dragged } = self.select
            if (!onZoom || dragged < leastDragPixels) return
            onZoom(Math.round(self.posToVal(left, 'x') * 1000), Math.round(self.posToVal(left + dragged, 'x') * 1000))
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
      },
    },
    [[], ...lines.map(() => [])],
    element,
  )
}

/** How many values a line has, as far as it matters: a line of few is drawn with its points. */
function pointsOf(self: uPlot, index: number): number {
  let count = 0
  for (const value of self.data[index] ?? []) if (value !== null && value !== undefined && (count += 1) > 24) break
  return count
}
