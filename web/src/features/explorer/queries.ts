import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { spanOf } from '@/kit/range'
import { timeZone } from '@/lib/format'
import { answer, api, type AnswerOf } from '@/lib/api'
import type { Question } from './question'

export type Series = AnswerOf<typeof api.telemetry.query.get>['series'][number]
export type Answer = {
  series: Series[]
  /** The stretch before, moved so that it lies under the one asked for. */
  before: Series[]
  fromMs: number
  toMs: number
  /** There are more series than were read. */
  more: boolean
}

const pagesRead = 3

const of = ({ devices, orgUnit }: Pick<Question, 'devices' | 'orgUnit'>) =>
  orgUnit ? { org_unit_id: orgUnit } : { device_id: [...devices] }

export const hasPlace = ({ devices, orgUnit }: Pick<Question, 'devices' | 'orgUnit'>) => devices.length > 0 || orgUnit !== null

/** What the server is asked for a stretch of time: the same for the chart and for the file. */
function asked({ metrics, aggregate, stepSeconds, range, ...place }: Question, fromMs: number, toMs: number) {
  return {
    ...of(place),
    metric: [...metrics],
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    step: `${stepSeconds}s`,
    aggregate,
    tz: range.zone ?? timeZone,
  }
}

async function read(question: Question, fromMs: number, toMs: number) {
  const series: Series[] = []
  let cursor: string | undefined
  for (let page = 0; page < pagesRead; page += 1) {
    const query = { ...asked(question, fromMs, toMs), cursor }
    const part = await answer(api.telemetry.query.get({ query }))
    series.push(...part.series)
    if (part.next_cursor === null) return { series, more: false }
    cursor = part.next_cursor
  }
  return { series, more: true }
}

/** The stretch before ends where this one begins, a whole number of steps away, so that points lie upon points. */
async function readBefore(question: Question, fromMs: number, toMs: number): Promise<Series[]> {
  if (!question.compare) return []
  const stepMs = question.stepSeconds * 1000
  const byMs = Math.ceil((toMs - fromMs) / stepMs) * stepMs
  const { series } = await read(question, fromMs - byMs, toMs - byMs)
  return series.map(({ points, ...rest }) => ({ ...rest, points: points.map(([at, value]) => [at + byMs, value]) }))
}

export const answerQuery = (question: Question, paused: boolean) =>
  queryOptions({
    queryKey: ['telemetry', 'explorer', question],
    queryFn: async (): Promise<Answer> => {
      const { fromMs, toMs } = spanOf(question.range)
      const [now, before] = await Promise.all([read(question, fromMs, toMs), readBefore(question, fromMs, toMs)])
      return { ...now, before, fromMs, toMs }
    },
    enabled: hasPlace(question) && question.metrics.length > 0,
    refetchInterval: paused || question.range.last === undefined ? false : Math.max(5_000, question.stepSeconds * 500),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })

export const catalogueQuery = (place: Pick<Question, 'devices' | 'orgUnit'>) =>
  queryOptions({
    queryKey: ['telemetry', 'metrics', of(place)],
    queryFn: () => answer(api.telemetry.metrics.get({ query: of(place) })),
    enabled: hasPlace(place),
    // A device that has just begun: its first values are waited for.
    refetchInterval: ({ state }) => (state.data?.items.length === 0 ? 5_000 : false),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

export const deviceChoicesQuery = (search: string) =>
  queryOptions({
    queryKey: ['devices', 'choices', search],
    queryFn: () => answer(api.devices.get({ query: { ...(search && { search }), sort: search ? 'name' : '-last_seen_at', limit: 50 } })),
    placeholderData: keepPreviousData,
  })

/** What devices are called. */
export const deviceNamesQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['devices', 'names', ids],
    queryFn: async () => {
      const { items } = await answer(api.devices.get({ query: { id: [...ids], limit: 200 } }))
      return new Map(items.map(({ id, name }) => [id, name]))
    },
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

export function createTelemetryExport(question: Question) {
  const { fromMs, toMs } = spanOf(question.range)
  return answer(api.telemetry.exports.post(asked(question, fromMs, toMs) as never))
}
