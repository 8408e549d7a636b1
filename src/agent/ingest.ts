import type { Device } from './device'
import { reasonOf } from './log'
import type { Entry } from './outbox'
import { exchange, isFields, problemWord, readJson, retryAfterMs } from './wire'

export type Verdict =
  | { is: 'accepted'; rejected: number; firstError?: string }
  | { is: 'later'; reason: string; afterMs?: number }
  | { is: 'unauthorized' }
  | { is: 'too_large' }
  | { is: 'encoding' }
  | { is: 'refused'; status: number; error: string }

const gzipFromBytes = 1_024

/** Sends one batch and says what became of it; never rejects. */
export async function postBatch(
  device: Device,
  entries: Entry[],
  { now, signal, isGzipTaken = true }: { now: () => number; signal: AbortSignal; isGzipTaken?: boolean },
): Promise<Verdict> {
  const plain = Buffer.from(`[${entries.map(({ line }) => line).join(',')}]`)
  const isGzipped = isGzipTaken && plain.length > gzipFromBytes
  const headers = {
    'content-type': 'application/json',
    'x-device-key': device.device_key,
    ...(isGzipped && { 'content-encoding': 'gzip' }),
  }
  const body = isGzipped ? Bun.gzipSync(plain) : plain
  try {
    return await exchange(device.ingest_url, { method: 'POST', headers, body }, { limitMs: 30_000, signal }, (response) =>
      verdictOf(response, isGzipped, now()),
    )
  } catch (error) {
    return { is: 'later', reason: reasonOf(error) }
  }
}

async function verdictOf(response: Response, isGzipped: boolean, now: number): Promise<Verdict> {
  const { status } = response
  if (status === 200 || status === 204) {
    const answer = status === 200 ? await readJson(response) : undefined
    const rejected: unknown[] = isFields(answer) && Array.isArray(answer.rejected) ? answer.rejected : []
    const first = rejected[0]
    return { is: 'accepted', rejected: rejected.length, ...(isFields(first) && { firstError: String(first.error).slice(0, 60) }) }
  }
  if (status === 401) return { is: 'unauthorized' }
  if (status === 413) return { is: 'too_large' }
  if (status === 415 && isGzipped) return { is: 'encoding' }
  const error = await problemWord(response)
  if (status === 400 || status === 415 || status === 422) return { is: 'refused', status, error }
  // Anything else (a proxy's 502, a captive portal's redirect) says nothing about the records: keep them.
  return { is: 'later', reason: `${status} ${error}`, afterMs: retryAfterMs(response, now) }
}
