import type { Parameter } from './api-schemas'
import { type Refusals, type Word, words } from './words'

/** An answer in the OpenAPI document. */
export interface Answer {
  $ref?: string
  description?: string
  headers?: object
  content?: object
}

/** Each word once, in alphabetical order. */
export function together(...all: Refusals[]): Refusals {
  const statuses = new Set(all.flatMap((one) => Object.keys(one)).map(Number))
  return Object.fromEntries([...statuses].map((status) => [status, [...new Set(all.flatMap((one) => one[status] ?? []))].toSorted()]))
}

/** What is refused because of a header tells that the request may carry it. */
export function headersOfRequest(refused: Refusals): Parameter[] {
  const told = new Set(Object.values(refused).flat())
  return [...(told.has('stale') ? [ifMatch] : []), ...(told.has('idempotency_key_reused') ? [idempotencyKey] : [])]
}

const header = (name: string, description: string): Parameter => ({ name, in: 'header', description, schema: { type: 'string' } })
const ifMatch = header('If-Match', 'the ETag of the version that the change is based on (RFC 9110 section 13.1.1)')
const idempotencyKey = header(
  'Idempotency-Key',
  '1 to 255 printable characters: the same request with the same key is done once within a day, and gets the first answer again',
)

const ref = (kind: 'schemas' | 'headers' | 'responses', name: string) => ({ $ref: `#/components/${kind}/${name}` })
export const etagHeader = { ETag: ref('headers', 'ETag') }

/** Answers that refuse. Each is told once in the document, under its status and words. */
export function openProblems() {
  const responses: Record<string, Answer> = {}

  function answerTo(status: string, some: readonly Word[]): Answer {
    const name = [status, ...some].join('.')
    responses[name] ??= {
      description: some.map((word) => `\`${word}\`: ${words[word]}`).join('; '),
      ...(mayBeRetried.has(status) && { headers: { 'Retry-After': ref('headers', 'Retry-After') } }),
      content: {
        'application/problem+json': { schema: { allOf: [ref('schemas', 'Problem'), { properties: { error: oneOf(some) } }] } },
      },
    }
    return ref('responses', name)
  }

  return {
    answersTo: (refused: Refusals) =>
      Object.fromEntries(Object.entries(refused).map(([status, some]) => [status, answerTo(status, some ?? [])])),
    components: () => ({ schemas: { Problem: problem }, headers: { ETag: etag, 'Retry-After': retryAfter }, responses }),
  }
}

const oneOf = (some: readonly Word[]) => ({ oneOf: some.map((word) => ({ const: word, description: words[word] })) })
const mayBeRetried = new Set(['429', '503'])
const etag = { description: 'the version, for If-Match', schema: { type: 'string', examples: ['"v3"'] } }
const retryAfter = {
  description: 'seconds after which it is worth sending again (RFC 9110 section 10.2.3)',
  schema: { type: 'integer', minimum: 0 },
}

const said = (description: string) => ({ type: 'string', description })
const problem = {
  type: 'object',
  description: 'a refusal (RFC 9457)',
  required: ['type', 'title', 'status', 'detail', 'error'],
  properties: {
    type: said('urn:monozu:problem: and the word'),
    title: said('the word, for people'),
    status: { type: 'integer', description: 'the HTTP status' },
    detail: said('one sentence for people, which may change'),
    error: said('the stable word, for programs'),
    request_id: said('of this request, for support; also in X-Request-Id'),
    errors: {
      type: 'array',
      description: 'of a 422: the fields that do not fit',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: said('where it stands in the body or the query (RFC 6901)'), message: said('why') },
      },
    },
  },
}
