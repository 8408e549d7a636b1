import {
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  context,
  trace,
} from '@opentelemetry/api'
import { config } from './config'
import { Problem, codeOf } from './problem'

const word = /^[A-Za-z][\w.]{0,60}$/
const count = /^\d{1,9}$/

/**
 * All that a span may say, each with the form that its value must have: ids, patterns, words of our own, numbers. Anything else is taken
 * out before it leaves, whoever put it in: no header, query, body, address, e-mail or value of SQL has a place here.
 */
export const allowed = {
  'http.request.method': /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|_OTHER)$/,
  'http.route': /^\/[\w/:.*-]{0,200}$/,
  'http.response.status_code': /^[1-5]\d\d$/,
  'error.type': word,
  'db.system.name': /^postgresql$/,
  'monozu.access_mode': /^read (only|write)$/,
  'monozu.tenant_id': /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'monozu.actor': word,
  'monozu.request_id': /^[\w.:-]{8,80}$/,
  'monozu.peer': word,
  'monozu.job': word,
  'monozu.requests': count,
} as const

export type SpanAttributes = { [K in keyof typeof allowed]?: string | number }

interface Doing {
  kind: SpanKind
  attributes?: SpanAttributes
  /** What it does is done for all of these: it begins a trace of its own that points to theirs. */
  links?: (SpanContext | undefined)[]
  /** The trace that it goes on with, as `traceparent` told it; elsewhere it is the one around it. */
  from?: unknown
}

let tracer: Tracer | undefined

/** Said once, before anything is served. */
export const traceWith = (given: Tracer | undefined) => void (tracer = given)
export const isTracing = () => tracer !== undefined

/** One of our own words for what went wrong: that of a problem, of the database, or of the language. */
const wordOf = (error: unknown) =>
  error instanceof Problem ? error.error : codeOf(error) || (error instanceof Error ? error.name : 'unknown')

function fail(span: Span, error: unknown) {
  span.setAttributes({ 'error.type': wordOf(error) })
  if (!(error instanceof Problem) || error.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
}

async function during<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    fail(span, error)
    throw error
  } finally {
    span.end()
  }
}

/** Does `work` as a span of the current trace. Where tracing is off nothing is done but that. */
export function inSpan<T>(name: string, { kind, attributes, links, from: begun }: Doing, work: () => Promise<T>): Promise<T> {
  if (!tracer) return work()
  const from = links ? ROOT_CONTEXT : begun === undefined ? context.active() : contextIn(begun)
  const pointing = links?.flatMap((linked): Link[] => (linked ? [{ context: linked }] : []))
  const span = tracer.startSpan(name, { kind, attributes, links: pointing }, from)
  return context.with(trace.setSpan(from, span), () => during(span, work))
}

/** A call to somebody else, by our own name for him: no address of his, no path, and nothing of what was said. */
export const callingOut = <T>(
  peer: 'cloud' | 'issuer' | 'management' | 'microsoft' | 'pwned_passwords' | 'resend' | 'smtp',
  work: () => Promise<T>,
): Promise<T> => inSpan(peer, { kind: SpanKind.CLIENT, attributes: { 'monozu.peer': peer } }, work)

/** Adds to what the current span says. */
export function note(attributes: SpanAttributes) {
  if (tracer) trace.getActiveSpan()?.setAttributes(attributes)
}

/** The pattern of the route, as one reads it: without the slash that a list's has in the framework's table. */
export function noteRoute(route: string) {
  if (tracer) note({ 'http.route': route.replace(/(.)\/$/, '$1') })
}

export const currentSpan = () => (tracer ? trace.getActiveSpan()?.spanContext() : undefined)

/** W3C Trace Context, section 3.2: for calls to our own other programs alone. */
export function traceparent(): Record<string, string> {
  const current = currentSpan()
  return current ? { traceparent: `00-${current.traceId}-${current.spanId}-0${current.traceFlags & 1}` } : {}
}

const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/

/** A trace is gone on with where a trusted proxy began it: anybody else could put his requests into the traces of others. */
const contextOf = ({ headers }: Request) => contextIn(config.TRUST_PROXY_HOPS ? headers.get('traceparent') : null)

function contextIn(told: unknown) {
  const [, traceId, spanId, flags = ''] = (typeof told === 'string' && form.exec(told)) || []
  if (!traceId || !spanId) return ROOT_CONTEXT
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true })
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const probe = /\/(healthz|readyz)$/

/** A request as a span, named by its route once that is known (`note`). Health probes make none. */
export function servingSpan(request: Request, handle: () => Response | Promise<Response>): Response | Promise<Response> {
  if (!tracer || probe.test(request.url)) return handle()
  const method = methods.has(request.method) ? request.method : '_OTHER'
  const from = contextOf(request)
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } }, from)
  return context.with(trace.setSpan(from, span), () =>
    during(span, async () => {
      const answer = await handle()
      // A request that became a socket has no answer.
      const status = (answer as Response | undefined)?.status ?? 101
      span.setAttribute('http.response.status_code', status)
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      return answer
    }),
  )
}
