import type { Exported } from '../../core/export'
import { type TelemetryQuery, queryTelemetry } from './query'

/** A question as it was kept: JSON has no dates. */
type Kept = Omit<TelemetryQuery, 'from' | 'to' | 'cursor'> & { from: string; to: string }

interface Row {
  atMs: number
  device_id: string
  metric: string
  labels: Record<string, string>
  value: number
}

/** A point a line. A page of the file is a page of the answer: however long the range, no more than that is held. */
export const telemetryExport: Exported<Kept, Row> = {
  kind: 'telemetry',
  permission: 'telemetry.export',
  columns: {
    at: ({ atMs }) => new Date(atMs),
    device_id: ({ device_id }) => device_id,
    metric: ({ metric }) => metric,
    labels: ({ labels }) => labels,
    value: ({ value }) => value,
  },
  async page(scope, { from, to, cursor, ...question }) {
    const { series, next_cursor } = await queryTelemetry(scope, { ...question, cursor, from: new Date(from), to: new Date(to) })
    const items = series.flatMap(({ points, ...of }) =>
      (JSON.parse(points) as [number, number][]).map(([atMs, value]) => ({ ...of, atMs, value })),
    )
    return { items, next_cursor }
  },
}
