import type { Problem } from '../../src/core/problem'
import type { Items } from '../decode'
import type { Unit } from '../examine'

/** What one protocol is: how its bodies are read and its answers said. Keys, limits, storage and acknowledgement are the same for all. */
export interface Door {
  /** Of an inflated body. */
  mostBytes: number
  /** The text of an item is how it stands in the body: what looks the same again need not be taken apart. */
  isVerbatim?: true
  keyOf: (request: Request) => string | null
  /** Throws a Problem where the body as a whole is at fault. */
  read: (bytes: Buffer, request: Request) => Items
  /** After what could be stored is stored; `added` counts what was not there yet. Nothing where 204 says it all. */
  answer: (unit: Unit, added: number, request_id: string) => Response | undefined
  refuse: (problem: Problem, request_id: string) => Response
}

const mostCharacters = 500

/** The device key as `X-Device-Key`, or as the protocols' clients send a secret: Bearer, Token, or the password of Basic. */
export function keyOf({ headers }: Request): string | null {
  const own = headers.get('x-device-key')
  if (own !== null) return own
  const [, scheme = '', secret = ''] = headers.get('authorization')?.match(/^(bearer|token|basic) +(\S+)$/i) ?? []
  if (secret.length > mostCharacters) return null
  if (scheme.toLowerCase() !== 'basic') return secret || null
  const pair = Buffer.from(secret, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

/** The reasons of the first few refused records, without anything of the records themselves. */
export const reasonsOf = ({ rejected }: Unit) =>
  [...new Set(rejected.map(({ error, detail }) => `${error}: ${detail}`))].slice(0, 5).join('; ')

/** What may be repeated is said with 503: by these protocols any 4xx but 429 means that the client drops its data. */
export const statusOf = ({ status }: Problem) => (status === 408 ? 503 : status)

export const headersOf = ({ more, status }: Problem, request_id: string) => ({
  'x-request-id': request_id,
  'cache-control': 'no-store',
  ...(status === 401 && { 'www-authenticate': 'Bearer' }),
  ...(more.retryAfterSeconds !== undefined && { 'retry-after': String(more.retryAfterSeconds) }),
})
