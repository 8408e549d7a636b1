import type { Batch } from './shapes'

export interface Credentials {
  tenant_id: string
  device_id: string
  device_key: string
  ingest_url: string
}

/** What is known to be acknowledged of one device: counts and sums, however much it sends. */
export interface Account {
  frames: number
  momentSum: bigint
  logs: number
  logSum: number
  malformed: number
  batches: number
  duplicates: number
  /** Answers that ask to try again, and requests without an answer. */
  postponed: number
  /** Answers that must not be: a refusal that no repetition heals, or another number of rejected records than were malformed. */
  wrong: string[]
}

const waitMs = { first: 20, most: 1_000 }
const mostBuffered = 200

/** Delivers as an appliance does: each batch until it is acknowledged, out of order, and now and then once more than it had to. */
export function openSender({ device_key, ingest_url }: Credentials, random: () => number) {
  const buffer: Batch[] = []
  const account: Account = {
    frames: 0,
    momentSum: 0n,
    logs: 0,
    logSum: 0,
    malformed: 0,
    batches: 0,
    duplicates: 0,
    postponed: 0,
    wrong: [],
  }

  /** Undefined where it has to be tried again. */
  async function post(batch: Batch): Promise<number | undefined> {
    try {
      const headers = { 'x-device-key': device_key, 'content-type': 'application/json' }
      const response = await fetch(ingest_url, {
        method: 'POST',
        headers,
        body: batch.body,
        redirect: 'error',
        signal: AbortSignal.timeout(30_000),
      })
      const text = await response.text()
      const isLater = response.status === 503 || response.status === 429 || response.status === 408
      if (isLater && !response.headers.get('retry-after') && response.status !== 408) note(`${response.status} without Retry-After`)
      if (isLater) return undefined
      const rejected = response.status === 200 ? (JSON.parse(text) as { rejected: unknown[] }).rejected.length : 0
      if (![200, 204].includes(response.status) || rejected !== batch.malformed) note(`${response.status} with ${rejected} rejected`)
      return response.status
    } catch {
      return undefined
    }
  }

  function note(what: string) {
    if (account.wrong.length < 10) account.wrong.push(what)
  }

  function add({ frames, momentSum, logs, logSum, malformed }: Batch) {
    account.frames += frames
    account.momentSum += momentSum
    account.logs += logs
    account.logSum += logSum
    account.malformed += malformed
    account.batches += 1
  }

  /** Delivers what is buffered, or as much of it as `goesOn` lets it. */
  async function flush(goesOn = () => true) {
    for (let pauseMs = waitMs.first; buffer.length && goesOn();) {
      const [batch] = buffer.splice(Math.floor(random() * buffer.length), 1)
      const status = await post(batch!)
      if (status === undefined) {
        account.postponed += 1
        buffer.push(batch!)
        await Bun.sleep(pauseMs)
        pauseMs = Math.min(pauseMs * 2, waitMs.most)
        continue
      }
      pauseMs = waitMs.first
      add(batch!)
      if (random() < 0.05) {
        account.duplicates += 1
        await post(batch!)
      }
    }
  }

  return {
    account,
    flush,
    /** Batches that are not acknowledged yet. */
    pending: () => buffer.length,
    /** False where the buffer is full: the reading is lost at the device, and nobody was told otherwise. */
    buffer(batch: Batch): boolean {
      if (buffer.length >= mostBuffered) return false
      buffer.push(batch)
      return true
    },
  }
}

export type Sender = ReturnType<typeof openSender>
