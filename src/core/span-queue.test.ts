import { afterEach, describe, expect, test } from 'bun:test'
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { limits } from './limits'
import { spansTold } from './metrics'
import { Refused } from './otlp'
import { type SpanRecord, openSpanQueue } from './span-queue'

const open: TracerProvider[] = []
afterEach(() => Promise.all(open.splice(0).map((provider) => provider.shutdown())))

/** A queue behind a real provider, whose spans go where `take` says. Only a flush sends. */
function queue(take: (spans: SpanRecord[]) => Promise<void>) {
  const provider = new TracerProvider({ spanProcessors: [openSpanQueue(take, 3_600_000)] })
  open.push(provider)
  const tracer = provider.getTracer('test')
  const make = (name = 'batch', attributes: Attributes = {}) => tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes })
  return { make, flush: () => provider.forceFlush() }
}
const told = (outcome: string) => spansTold.samples().find(({ labels }) => labels?.outcome === outcome)?.value ?? 0

// ASVS 16.2.5, 14.2.4
describe('what is not on the list leaves no process, whoever put it into a span', () => {
  test.each<[string, Attributes]>([
    [
      'a key that is not on it',
      { 'http.request.header.authorization': 'canary', 'url.full': 'canary', 'db.query.text': 'canary', canary: 1 },
    ],
    ['a value of another form', { 'http.request.method': 'CANARY', 'monozu.tenant_id': 'canary', 'error.type': 'no canary!' }],
    ['a route that is a path with more', { 'http.route': '/api/v1/devices?canary' }],
    ['lists and what is no text', { 'http.route': ['/canary'], 'monozu.requests': true }],
    ['what every object has', { constructor: 'canary', __proto__: 'canary' }],
  ])('%s', async (_, attributes) => {
    const left: SpanRecord[] = []
    const { make, flush } = queue(async (spans) => void left.push(...spans))
    make('batch', { ...attributes, 'monozu.peer': 'smtp' }).end()
    await flush()
    expect(left[0]!.attributes).toEqual({ 'monozu.peer': 'smtp' })
    expect(JSON.stringify(left).toLowerCase()).not.toContain('canary')
  })

  test('events, exceptions with their texts, messages of a status, attributes of links, and names that are no names', async () => {
    const left: SpanRecord[] = []
    const { make, flush } = queue(async (spans) => void left.push(...spans))
    const other = make()
    const span = make('GET /?canary=1')
    span.addEvent('canary', { canary: 'canary' })
    span.recordException(new Error('canary'))
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'canary' })
    span.addLink({ context: other.spanContext(), attributes: { canary: 'canary' } })
    span.end()
    await flush()
    expect(left).toMatchObject([{ name: 'unnamed', status: { code: 2 }, links: [{ span_id: other.spanContext().spanId }] }])
    expect(JSON.stringify(left)).not.toContain('canary')
  })
})

test('what cannot be sent is kept, in its order, up to a limit; what comes then is dropped and counted', async () => {
  const left: SpanRecord[] = []
  let isAway = true
  const { make, flush } = queue(async (spans) => {
    if (isAway) throw new Error('away')
    left.push(...spans)
  })
  const dropped = told('dropped')
  for (let n = 0; n < limits.spansKept + 7; n += 1) make('batch', { 'monozu.requests': n }).end()
  await flush()
  expect([left.length, told('dropped') - dropped]).toEqual([0, 7])
  isAway = false
  await flush()
  expect(left.map(({ attributes }) => attributes['monozu.requests'])).toEqual(Array.from({ length: limits.spansKept }, (_, n) => n))
})

test('what was refused for good is not sent again', async () => {
  const sizes: number[] = []
  const { make, flush } = queue(async (spans) => {
    sizes.push(spans.length)
    throw new Refused()
  })
  const dropped = told('dropped')
  make().end()
  make().end()
  await flush()
  await flush()
  expect([sizes, told('dropped') - dropped]).toEqual([[2], 2])
})
