import type { Word } from './words'

/** A refusal the caller may read: HTTP status, a stable word, one sentence. Never holds a submitted value. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly error: Word,
    detail: string,
    readonly more: { errors?: { path: string; message: string }[]; retryAfterSeconds?: number } = {},
  ) {
    super(detail)
  }
}

/** RFC 9457. `request_id` is what support asks for. */
export function problemResponse(problem: Problem, request_id: string | undefined, headers: Record<string, string> = {}) {
  const { status, error, message: detail, more } = problem
  const title = error.charAt(0).toUpperCase() + error.slice(1).replaceAll('_', ' ')
  const body = {
    type: `urn:monozu:problem:${error}`,
    title,
    status,
    detail,
    error,
    request_id,
    ...(more.errors && { errors: more.errors }),
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(request_id && { 'x-request-id': request_id }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(more.retryAfterSeconds !== undefined && { 'retry-after': String(more.retryAfterSeconds) }),
    },
  })
}

/** The SQLSTATE (or the driver's word) beneath an error of drizzle or postgres.js. */
export function codeOf(error: unknown): string {
  const { cause, code } = (error ?? {}) as { cause?: { code?: unknown }; code?: unknown }
  const found = cause?.code ?? code
  return typeof found === 'string' ? found : ''
}

/** What may be logged of an unexpected error: its class, its code and where it was thrown; never its text, which may repeat a value. */
export function describe(error: unknown) {
  const cause = (error as { cause?: unknown })?.cause
  const source = cause instanceof Error ? cause : error
  const frames = source instanceof Error ? (source.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? []) : []
  return {
    name: (source as Error)?.name ?? typeof source,
    code: codeOf(error) || undefined,
    stack: frames.slice(0, 6).map((line) => line.trim()),
  }
}

/**
 * What may be printed of an error that ends a command. The text of drizzle repeats the query with each of its parameters, and PostgreSQL that of a value
 * it could not read (class 22): both may be secrets.
 */
export function tellable(error: unknown): string {
  const cause = (error as { cause?: unknown })?.cause
  const source = cause instanceof Error ? cause : error
  const code = codeOf(error)
  if (!(source instanceof Error)) return 'unknown error'
  if (code.startsWith('22') || 'params' in source) return `the database refused a query (${code || 'no code'})`
  return source.message
}
