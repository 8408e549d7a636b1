import { attributes, post, resourceOf } from './otlp'
import type { SpanRecord } from './span-queue'

const nanoseconds = ([seconds, rest]: [number, number]) => `${seconds}${String(rest).padStart(9, '0')}`

/** As trace.proto has it: kinds begin at 1, 64 bit integers are text. */
const spanOf = ({ name, kind, trace_id, span_id, parent_id, startTime, endTime, status, links, ...span }: SpanRecord) => ({
  traceId: trace_id,
  spanId: span_id,
  ...(parent_id && { parentSpanId: parent_id }),
  name,
  kind: kind + 1,
  startTimeUnixNano: nanoseconds(startTime),
  endTimeUnixNano: nanoseconds(endTime),
  attributes: attributes(span.attributes),
  links: links.map((link) => ({ traceId: link.trace_id, spanId: link.span_id })),
  status: { code: status.code },
})

/** Sends spans as ExportTraceServiceRequest, OTLP/HTTP in JSON. */
export function openOtlpSpans(url: string, headers: Record<string, string>, serviceName: string) {
  const { resource, scope } = resourceOf(serviceName)
  return (spans: SpanRecord[]) => post(url, headers, { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: spans.map(spanOf) }] }] })
}
