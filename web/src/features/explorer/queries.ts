import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type History, readHistory } from '@/features/telemetry/history'
import { automaticStep } from '@/features/telemetry/step'
import { lengthMs, spanOf } from '@/kit/range'
import { timeZone } from '@/lib/format'
import { answer, api, type AnswerOf } from '@/lib/api'
import { queryClient } from '@/lib/query-client'
import type { Question } from './question'

export type Series = AnswerOf<typeof api.telemetry.query.get>['series'][number]
export type Answer = History<{
  series: Series[]
  /** The stretch before, moved so that it lies under the one asked for. */
  before: Series[]
  /** There are more series than were read. */
  more: boolean
  stepSeconds: number
}>

/** What is read of the range of a question. */
type Stretch = Pick<Answer, 'fromMs' | 'toMs' | 'stepSeconds'>

const pagesRead = 3

const of = ({ devices, orgUnit }: Pick<Question, 'devices' | 'orgUnit'>) =>
  orgUnit ? { org_unit_id: orgUnit } : { device_id: [...devices] }

export const hasPlace = ({ devices, orgUnit }: Pick<Question, 'devices' | 'orgUnit'>) => devices.length > 0 || orgUnit !== null

/** What the server is asked for a stretch of time: the same for the chart and for the file. */
function asked({ metrics, aggregate, range, ...place }: Question, { fromMs, toMs, stepSeconds }: Stretch) {
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

async function read(question: Question, stretch: Stretch) {
  const series: Series[] = []
  let cursor: string | undefined
  for (let page = 0; page < pagesRead; page += 1) {
    const query = { ...asked(question, stretch), cursor }
    const part = await answer(api.telemetry.query.get({ query }))
    series.push(...part.series)
    if (part.next_cursor === null) return { series, more: false }
    cursor = part.next_cursor
  }
  return { series, more: true }
}

/** The range before ends where this one begins, a whole number of steps away, so that points lie upon points. */
async function readBefore(question: Question, { fromMs, toMs, stepSeconds }: Stretch): Promise<Series[]> {
  if (!question.compare) return []
  const stepMs = stepSeconds * 1000
  const byMs = Math.ceil(lengthMs(question.range) / stepMs) * stepMs
  const { series } = await read(question, { fromMs: fromMs - byMs, toMs: toMs - byMs, stepSeconds })
  return series.map(({ points, ...rest }) => ({ ...rest, points: points.map(([at, value]) => [at + byMs, value]) }))
}

async function readBoth(question: Question, fromMs: number, toMs: number) {
  const stretch = { fromMs, toMs, stepSeconds: question.stepSeconds ?? automaticStep(toMs - fromMs) }
  const [now, before] = await Promise.all([read(question, stretch), readBefore(question, stretch)])
  return { ...now, ...stretch, before }
}

/** From one moment to another is seen as it was asked for; the last so and so long from where its values begin. */
async function readQuestion(question: Question): Promise<Answer> {
  const { fromMs, toMs } = spanOf(question.range)
  if (question.range.last === undefined) return { ...(await readBoth(question, fromMs, toMs)), sinceMs: null }
  return readHistory(
    { fromMs, toMs },
    (from, to) => readBoth(question, from, to),
    ({ series, before }) => [...series, ...before],
  )
}

export const answerQuery = (question: Question, paused: boolean) =>
  queryOptions({
    queryKey: ['telemetry', 'explorer', question],
    queryFn: () => readQuestion(question),
    enabled: hasPlace(question) && question.metrics.length > 0,
    refetchInterval: ({ state }) => {
      if (paused || question.range.last === undefined) return false
      return Math.max(5_000, (state.data?.stepSeconds ?? automaticStep(lengthMs(question.range))) * 500)
    },
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

/** The file holds what is seen, in the same steps. */
export async function createTelemetryExport(question: Question) {
  const seen = await queryClient.ensureQueryData(answerQuery(question, true))
  return answer(api.telemetry.exports.post(asked(question, seen) as never))
}
