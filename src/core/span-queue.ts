import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { limits } from './limits'
import { log } from './log'
import { spansTold } from './metrics'
import { Refused } from './otlp'
import { describe } from './problem'
import { allowed } from './spans'

/** What leaves of a span. */
export interface SpanRecord extends Pick<ReadableSpan, 'kind' | 'startTime' | 'endTime' | 'duration' | 'status'> {
  name: string
  trace_id: string
  span_id: string
  parent_id?: string
  attributes: Record<string, string | number>
  links: { trace_id: string; span_id: string }[]
}

/** Of the attributes those that are on the list, where their value has the form it must have. */
const leaving = (attributes: ReadableSpan['attributes']): SpanRecord['attributes'] =>
  Object.fromEntries(
    Object.entries(allowed).flatMap(([key, form]) => {
      const value = attributes[key]
      return (typeof value === 'string' || typeof value === 'number') && form.test(String(value)) ? [[key, value]] : []
    }),
  )

const names = /^[A-Za-z_][\w./:* -]{0,220}$/

/** Of all that a span says what is allowed: no events, no message of an error, no attribute but those of the list. */
function recordOf(span: ReadableSpan): SpanRecord {
  const { traceId: trace_id, spanId: span_id } = span.spanContext()
  const attributes = leaving(span.attributes)
  const route = attributes['http.route']
  const name = route === undefined ? span.name : `${attributes['http.request.method']} ${route}`
  return {
    name: names.test(name) ? name : 'unnamed',
    kind: span.kind,
    trace_id,
    span_id,
    parent_id: span.parentSpanContext?.spanId,
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    status: { code: span.status.code },
    attributes,
    links: span.links.map(({ context }) => ({ trace_id: context.traceId, span_id: context.spanId })),
  }
}

/**
 * Keeps ended spans until they are sent, in the order they ended. Nothing ever waits for it: what finds no room is dropped and counted.
 * What could not be sent is sent again with the next.
 */
export function openSpanQueue(send: (spans: SpanRecord[]) => Promise<void>, intervalMs: number): SpanProcessor {
  const kept: SpanRecord[] = []
  let sending: Promise<void> | undefined
  let isFailing = false
  let isFull = false

  function drop() {
    spansTold.add('dropped', 1)
    if (!isFull) log.warn('spans are dropped: they cannot be sent as fast as they come')
    isFull = true
  }

  async function sendSome(): Promise<boolean> {
    const some = kept.slice(0, limits.spansAtOnce)
    if (!some.length) return false
    try {
      await send(some)
      kept.splice(0, some.length)
      spansTold.add('exported', some.length)
      isFailing = false
      // Told once for as long as it lasts.
      if (kept.length < limits.spansAtOnce) isFull = false
      return true
    } catch (error) {
      if (!isFailing) log.warn({ error: describe(error) }, 'spans cannot be exported')
      isFailing = true
      if (error instanceof Refused) spansTold.add('dropped', kept.splice(0, some.length).length)
      return false
    }
  }

  async function sendAll() {
    while (await sendSome());
  }
  const flush = () => (sending ??= sendAll().finally(() => (sending = undefined)))

  const timer = setInterval(() => void flush(), intervalMs)
  return {
    onStart() {},
    onEnd(span) {
      if (kept.length >= limits.spansKept) return drop()
      kept.push(recordOf(span))
      if (kept.length >= limits.spansAtOnce && !isFailing) void flush()
    },
    forceFlush: flush,
    async shutdown() {
      clearInterval(timer)
      await Promise.race([Promise.resolve(sending).then(flush), Bun.sleep(limits.lastSpansMs)])
      if (kept.length) {
        spansTold.add('dropped', kept.length)
        log.warn({ spans: kept.length }, 'the last spans could not be exported')
      }
    },
  }
}
