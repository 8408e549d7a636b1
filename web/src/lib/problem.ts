import { fieldSentenceOf, sentenceOf } from './i18n'

/** An answer the server gave as application/problem+json (RFC 9457), or the failure to get one at all. */
export class Problem extends Error {
  readonly status: number
  /** The stable word, such as `forbidden`; `network` when no answer came, `outdated` when a part of the page did not. */
  readonly word: string
  readonly requestId: string | null
  readonly errors: FieldProblem[]
  readonly retryAfterSeconds: number | null

  constructor(input: {
    status: number
    word: string
    detail: string
    requestId?: string | null
    errors?: FieldProblem[]
    retryAfterSeconds?: number | null
  }) {
    super(input.detail)
    this.name = 'Problem'
    this.status = input.status
    this.word = input.word
    this.requestId = input.requestId ?? null
    this.errors = input.errors ?? []
    this.retryAfterSeconds = input.retryAfterSeconds ?? null
  }
}

export type FieldProblem = { path: string; message: string }

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry: unknown) =>
    isRecord(entry) ? [{ path: text(entry['path']) ?? '', message: fieldSentenceOf(text(entry['message']) ?? '') }] : [],
  )
}

export function problemFrom(status: number, body: unknown, response: Response | undefined): Problem {
  if (!response) return new Problem({ status: 0, word: 'network', detail: '' })
  const fields = isRecord(body) ? body : {}
  const retryAfter = Number(response.headers.get('retry-after'))
  const word = text(fields['error']) ?? `http_${status}`
  const detail = text(fields['detail']) ?? text(fields['title']) ?? response.statusText
  return new Problem({
    status,
    word,
    detail: sentenceOf(word, detail) ?? detail,
    requestId: text(fields['request_id']) ?? response.headers.get('x-request-id'),
    errors: fieldProblems(fields['errors']),
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
  })
}

/** How browsers tell that a part of the page is not to be had: as a rule the server has a newer one. */
const partIsMissing = /dynamically imported module|Importing a module script failed/i

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new Problem({ status: 0, word: partIsMissing.test(detail) ? 'outdated' : 'unexpected', detail })
}
