import { isSpanContextValid, trace } from '@opentelemetry/api'
import pino from 'pino'

/**
 * JSON lines on standard output. What is logged is chosen field by field at the call (ids, route, status, durations),
 * never a body, header, query string, token or address book. JSON escapes control characters, so that no value forges a line.
 */
export const log = pino({
  base: undefined,
  level: Bun.env.LOG_LEVEL ?? 'info',
  timestamp: () => `,"at":"${new Date().toISOString()}"`,
  formatters: { level: (level) => ({ level }) },
  messageKey: 'message',
  mixin() {
    const span = trace.getActiveSpan()?.spanContext()
    return span && isSpanContextValid(span) ? { trace_id: span.traceId } : {}
  },
})
