import { eventually } from './eventually'

interface Value {
  key: string
  value: { stringValue?: string; intValue?: string }
}
interface Sent {
  resourceSpans: { resource: { attributes: Value[] }; scopeSpans: { spans: SentSpan[] }[] }[]
}
interface SentSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Value[]
  links: { traceId: string; spanId: string }[]
  status: { code: number }
}
export type CollectedSpan = Omit<SentSpan, 'attributes'> & { service: string; attributes: Record<string, string | number> }

const fields = (attributes: Value[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]))

/** A collector of OTLP/HTTP on loopback, which keeps all it was sent, as it came and decoded. `answer` is the status it gives. */
export function startCollector() {
  const bodies: { path: string; headers: Record<string, string>; text: string }[] = []
  const spans: CollectedSpan[] = []
  const collector = { status: 200, answer: async () => {} }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname: path } = new URL(request.url)
      const text = await request.text()
      bodies.push({ path, headers: request.headers.toJSON(), text })
      await collector.answer()
      if (path === '/v1/traces' && collector.status === 200)
        for (const { resource, scopeSpans } of (JSON.parse(text) as Sent).resourceSpans)
          for (const span of scopeSpans.flatMap((scope) => scope.spans))
            spans.push({ ...span, service: String(fields(resource.attributes)['service.name']), attributes: fields(span.attributes) })
      return Response.json({}, { status: collector.status })
    },
  })
  const url = `http://127.0.0.1:${server.port}`
  return {
    url,
    bodies,
    spans,
    /** For what is started with it: sends at once, to here. */
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_METRIC_EXPORT_INTERVAL: '100' },
    behave: (change: Partial<typeof collector>) => void Object.assign(collector, change),
    /** The first span that is so, once it has come. */
    async span(isIt: (span: CollectedSpan) => boolean): Promise<CollectedSpan> {
      if (!(await eventually(() => spans.some(isIt), 20_000))) throw new Error('no such span came')
      return spans.find(isIt)!
    },
    trace: (traceId: string) => spans.filter((span) => span.traceId === traceId),
    stop: () => server.stop(true),
  }
}
