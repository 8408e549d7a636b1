import { randomBytes } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeRecord } from './format'
import { syncFolder } from './slot'

/** A file of records. It is written by one process, once, from its beginning to its end. */
export interface Segment {
  number: number
  salt: string
  /** Of the database that its records were meant for; empty in files of earlier versions. */
  installation: string
  path: string
  bytes: number
  /** What of it is whose, of what this process wrote itself. */
  held: Map<string, number>
}

const form = /^(\d{10})\.([0-9a-f]{32})(?:\.([0-9a-f-]{36}))?\.spool$/

/** Whether a file of this name may be stored in the database of this installation. */
export const isMeantFor = (name: string, installation: string) => {
  const [match, , , stamped = installation] = form.exec(name) ?? []
  return match !== undefined && stamped === installation
}

/** What is there already, oldest first. */
export function listSegments(folder: string): Segment[] {
  const found = readdirSync(folder).flatMap((name): Segment[] => {
    const [, number, salt, installation = ''] = form.exec(name) ?? []
    if (!number || !salt) return []
    const path = join(folder, name)
    return [{ number: Number(number), salt, installation, path, bytes: statSync(path).size, held: new Map() }]
  })
  return found.sort((a, b) => a.number - b.number)
}

export interface Writer {
  segment: Segment
  /** Resolves when the payloads are on disk. After it rejected, nothing more may be written here. */
  append: (payloads: Buffer[]) => Promise<void>
  close: () => Promise<void>
}

export async function createSegment(folder: string, number: number, installation: string): Promise<Writer> {
  const salt = randomBytes(16).toString('hex')
  const path = join(folder, `${String(number).padStart(10, '0')}.${salt}.${installation}.spool`)
  const handle: FileHandle = await open(path, 'wx', 0o600)
  const segment: Segment = { number, salt, installation, path, bytes: 0, held: new Map() }

  async function append(payloads: Buffer[]) {
    let end = segment.bytes
    const parts = payloads.flatMap((payload) => {
      const record = encodeRecord(salt, end, payload)
      end += record.reduce((sum, { length }) => sum + length, 0)
      return record
    })
    try {
      await writeAll(handle, Buffer.concat(parts), segment.bytes)
      await handle.datasync()
      segment.bytes = end
    } catch (error) {
      // What was not acknowledged may stay or go; where it cannot be cut off, it is stored once more than it had to be.
      await handle.truncate(segment.bytes).catch(() => {})
      throw error
    }
  }

  try {
    syncFolder(folder)
  } catch (error) {
    await handle.close()
    throw error
  }
  return { segment, append, close: () => handle.close() }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number) {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written)
    if (!bytesWritten) throw new Error('nothing could be written')
    written += bytesWritten
  }
}
