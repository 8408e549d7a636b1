import { Elysia, t } from 'elysia'
import { createExport, csvDownload, downloadExport } from '../../core/export'
import { guard } from '../../core/guard'
import { limits } from '../../core/limits'
import { instant, list, oneOf, uuid } from '../../core/wire'
import { telemetryExport } from './export'
import { type TelemetryPage, aggregates, examineQuery, queryTelemetry } from './query'
import { latestTelemetry, listMetrics } from './service'

const metric = t.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z_][\\w.:/-]*$' })
const labels = t.Record(t.String(), t.String())
const one = t.Object({ device_id: uuid })

const of = {
  device_id: t.Optional(t.Array(uuid, { minItems: 1, maxItems: limits.queryDevices })),
  org_unit_id: t.Optional(uuid),
}

const question = {
  ...of,
  metric: t.Array(metric, { minItems: 1, maxItems: 50 }),
  from: instant,
  to: instant,
  step: t.Optional(t.String({ maxLength: 8, description: 'bucket length: a number and s, m, h or d' })),
  aggregate: t.Optional({ ...oneOf(aggregates), description: 'of the values of one step' }),
  tz: t.Optional(t.String({ maxLength: 64, description: 'IANA zone in which buckets of a day and longer begin' })),
}

/** The points are JSON already. It takes the headers along: to add them, the framework would send a long answer through a stream. */
function answerOf({ series, next_cursor }: TelemetryPage, set: { headers: Record<string, unknown> }) {
  const written = series.map(({ points, ...of }) => `${JSON.stringify(of).slice(0, -1)},"points":${points}}`)
  const body = `{"series":[${written.join(',')}],"next_cursor":${JSON.stringify(next_cursor)}}`
  const headers = { ...set.headers, 'content-type': 'application/json' } as Record<string, string>
  set.headers = {}
  return new Response(body, { headers })
}

export const telemetryRoutes = new Elysia({ prefix: '/telemetry', tags: ['telemetry'] })
  .use(guard)
  .get('/query', async ({ run, query, set }) => answerOf(await run<TelemetryPage>((scope) => queryTelemetry(scope, query)), set), {
    permission: 'telemetry.read',
    refuses: { 404: ['not_found'] },
    query: t.Object({
      ...question,
      cursor: t.Optional(t.String({ maxLength: 200 })),
    }),
    response: {
      200: t.Object({
        series: t.Array(
          t.Object({
            device_id: t.String(),
            metric: t.String(),
            labels,
            points: t.Array(t.Tuple([t.Number(), t.Number()]), { description: '[epoch milliseconds, value], oldest first' }),
          }),
        ),
        next_cursor: t.Nullable(t.String()),
      }),
    },
    detail: { summary: 'Time series of devices: raw points, or one a step' },
  })
  .get('/latest', ({ run, query }) => run((scope) => latestTelemetry(scope, query.device_id)), {
    permission: 'telemetry.read',
    refuses: { 404: ['not_found'] },
    query: one,
    response: { 200: list(t.Object({ device_id: t.String(), metric: t.String(), labels, at: instant, value: t.Number() })) },
    detail: { summary: 'The newest value of each metric' },
  })
  .get('/metrics', ({ run, query }) => run((scope) => listMetrics(scope, query)), {
    permission: 'telemetry.read',
    refuses: { 404: ['not_found'] },
    query: t.Object(of),
    response: { 200: list(t.Object({ metric: t.String(), labels: t.Array(labels) })) },
    detail: { summary: 'Which metrics devices reported within a week; in a unit of many, the hundred that reported last' },
  })
  .post(
    '/exports',
    ({ run, body, set }) => {
      set.status = 201
      return run(async (scope) => {
        await examineQuery(scope, body)
        return createExport(scope, telemetryExport.kind, body)
      })
    },
    {
      permission: 'telemetry.export',
      refuses: { 404: ['not_found'] },
      body: t.Object(question),
      response: { 201: t.Object({ id: t.String(), kind: t.String(), expires_at: instant }) },
      detail: { summary: 'Ask for time series as a file, which can be downloaded for an hour' },
    },
  )
  .get('/exports/:id', ({ request, server, set, params }) => downloadExport({ request, server, set }, params.id, telemetryExport), {
    permission: 'telemetry.export',
    ...csvDownload('Download time series as CSV, a point a line'),
  })
