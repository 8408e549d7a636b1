import { appendFileSync, existsSync, truncateSync } from 'node:fs'
import { readText, replaceFile } from './files'
import { type Log, reasonOf } from './log'
import { isFields } from './wire'

export type RecordKind = 'telemetry' | 'discovery' | 'security_alert'

/** What the ingestor takes. The id makes a repetition harmless. */
export interface AgentRecord {
  id: string
  kind: RecordKind
  timestamp: string
  data: object
}

/** A record ready to be sent. */
export interface Entry {
  line: string
  bytes: number
  isTelemetry: boolean
}

const mebibyte = 1_048_576

/**
 * Records not yet acknowledged: in memory up to `limitBytes`, and in a file, so that the end of the process loses none.
 * When full, the oldest telemetry goes first, then the oldest of anything; `dropped()` counts both.
 * The file survives the death of the process; a power cut can cost what the system had not yet written out.
 */
export function createOutbox({ path, log, limitBytes = 8 * mebibyte }: { path: string; log: Log; limitBytes?: number }) {
  let queue: Entry[] = []
  let queuedBytes = 0
  let fileBytes = 0
  let isFileWhole = true
  let dropped = 0
  const sending = new Set<Entry>()

  function enqueue(entry: Entry) {
    queue.push(entry)
    queuedBytes += entry.bytes
    while (queuedBytes > limitBytes) dropOne()
  }

  function dropOne() {
    const droppable = (entry: Entry) => !sending.has(entry)
    let index = queue.findIndex((entry) => entry.isTelemetry && droppable(entry))
    if (index < 0) index = queue.findIndex(droppable)
    if (index < 0) index = 0
    const [entry] = queue.splice(index, 1)
    queuedBytes -= entry?.bytes ?? 0
    if (dropped++ === 0) log('warn', 'buffer_full', { limit_bytes: limitBytes })
  }

  function inFile(write: () => void) {
    try {
      write()
      if (!isFileWhole) log('info', 'buffer_file_restored')
      isFileWhole = true
    } catch (error) {
      // A full disk must not stop the reports: memory still holds everything, and the next write tries the whole file.
      if (isFileWhole) log('error', 'buffer_file_failed', { reason: reasonOf(error) })
      isFileWhole = false
    }
  }

  function rewrite() {
    inFile(() => {
      replaceFile(path, queue.map(({ line }) => `${line}\n`).join(''))
      fileBytes = queuedBytes
    })
  }

  function load() {
    const lines = (readText(path) ?? '').split('\n').filter(Boolean)
    // A line cut off by a crash was never acknowledged to anybody and cannot be read: leave it out.
    for (const line of lines) {
      const kind = kindOf(line)
      if (kind) enqueue(toEntry(line, kind))
    }
    if (lines.length > 0) {
      log('info', 'buffer_restored', { records: queue.length })
      rewrite()
    }
  }

  load()

  return {
    add(records: AgentRecord[]) {
      const entries = records.map((record) => toEntry(JSON.stringify(record), record.kind))
      for (const entry of entries) enqueue(entry)
      fileBytes += entries.reduce((sum, { bytes }) => sum + bytes, 0)
      // The file may lag behind what was acknowledged or dropped: after a restart that is only repeated.
      if (!isFileWhole || fileBytes > 2 * queuedBytes + mebibyte) rewrite()
      else inFile(() => appendFileSync(path, entries.map(({ line }) => `${line}\n`).join(''), { mode: 0o600 }))
    },
    /** The next entries to send, alerts and discoveries first, then the oldest; empty when there is nothing. */
    take(maxRecords = 500, maxBytes = 524_288): Entry[] {
      const batch: Entry[] = []
      // The brackets of the array; every entry counts its comma.
      let batchBytes = 2
      for (const isTelemetry of [false, true]) {
        for (const entry of queue) {
          if (entry.isTelemetry !== isTelemetry) continue
          const isFull = batch.length >= maxRecords || (batch.length > 0 && batchBytes + entry.bytes > maxBytes)
          if (isFull) return batch
          batch.push(entry)
          batchBytes += entry.bytes
        }
      }
      return batch
    },
    /** While entries are on their way they are not dropped. */
    async whileSending<T>(entries: Entry[], send: () => Promise<T>): Promise<T> {
      for (const entry of entries) sending.add(entry)
      try {
        return await send()
      } finally {
        for (const entry of entries) sending.delete(entry)
      }
    },
    /** Forgets entries that were acknowledged or set aside. */
    settle(entries: Entry[]) {
      const settled = new Set(entries)
      queue = queue.filter((entry) => !settled.has(entry))
      queuedBytes = queue.reduce((sum, { bytes }) => sum + bytes, 0)
      if (queue.length > 0 || fileBytes === 0) return
      inFile(() => {
        if (existsSync(path)) truncateSync(path)
        fileBytes = 0
      })
    },
    /** Makes the file say exactly what is left. */
    persist: rewrite,
    size: () => queue.length,
    queuedBytes: () => queuedBytes,
    dropped: () => dropped,
  }
}

export type Outbox = ReturnType<typeof createOutbox>

function toEntry(line: string, kind: RecordKind): Entry {
  return { line, bytes: Buffer.byteLength(line) + 1, isTelemetry: kind === 'telemetry' }
}

function kindOf(line: string): RecordKind | undefined {
  try {
    const record: unknown = JSON.parse(line)
    if (!isFields(record) || typeof record.id !== 'string') return undefined
    return record.kind === 'telemetry' || record.kind === 'discovery' || record.kind === 'security_alert' ? record.kind : undefined
  } catch {
    return undefined
  }
}
