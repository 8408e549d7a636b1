import { version } from '../../package.json'

/** Sent with every request; the Cloud shows it as the agent's version. */
const userAgent = `monozu-edge/${version}`

export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * One HTTP exchange with an end: rejects when `limitMs` passes or the signal aborts.
 * Redirects are not followed: a key in a header must not travel to another host.
 */
export async function exchange<T>(
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> },
  { limitMs, signal }: { limitMs: number; signal: AbortSignal },
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  const abort = () => ended.abort(new Error(signal.aborted ? 'stopping' : 'no answer in time'))
  const timer = setTimeout(abort, limitMs)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    const headers = { 'user-agent': userAgent, ...init.headers }
    return await read(await fetch(url, { ...init, headers, redirect: 'manual', signal: ended.signal }))
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** Reads at most `limitBytes`, then parses; undefined for anything that is not JSON. */
export async function readJson(response: Response, limitBytes = 1_048_576): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let readBytes = 0
  for await (const chunk of response.body ?? []) {
    readBytes += chunk.length
    if (readBytes > limitBytes) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}

/** The stable `error` word of a problem document (RFC 9457), for a log line. */
export async function problemWord(response: Response): Promise<string> {
  const body = await readJson(response, 65_536)
  return isFields(body) && typeof body.error === 'string' ? body.error.slice(0, 60) : 'no detail'
}

/** `Retry-After` in milliseconds (RFC 9110, 10.2.3: seconds or a date), at most 15 minutes; undefined without one. */
export function retryAfterMs(response: Response, now: number): number | undefined {
  const value = response.headers.get('retry-after')
  if (!value) return undefined
  const waitMs = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - now
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), 900_000) : undefined
}
