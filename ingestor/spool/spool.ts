import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { log } from '../../src/core/log'
import { describe } from '../../src/core/problem'
import { limits } from '../limits'
import { busy } from '../refusals'
import { type Found, headBytes, readRecords } from './format'
import { type Segment, type Writer, createSegment, listSegments } from './segments'
import { type Slot, syncFolder } from './slot'

export type Contents = Found & { segment: Segment }

/** What is acknowledged while the database is away, in files on this machine, in the order it came. */
export function openSpool({ folder, release }: Slot, mostBytes: number) {
  const sealed = listSegments(folder)
  const waiting: { payload: Buffer; written: PromiseWithResolvers<void> }[] = []
  const damagedFolder = join(folder, 'damaged')
  let nextNumber = (sealed.at(-1)?.number ?? 0) + 1
  let writer: Writer | undefined
  let waitingBytes = 0
  let damagedCount = 0
  let isWriting = false
  let isUnusable = false
  let turn: Promise<unknown> = Promise.resolve()

  const bytes = () => sealed.reduce((sum, segment) => sum + segment.bytes, 0) + (writer?.segment.bytes ?? 0) + waitingBytes

  const isEmpty = () => !sealed.length && !writer && !isWriting

  /** One piece of work on the files after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work)
    turn = done.catch(() => {})
    return done
  }

  /** Resolves when it is on disk; throws or rejects with a 503 where it cannot be. */
  function put(payload: Buffer): Promise<void> {
    if (bytes() + payload.length + headBytes > mostBytes) throw busy('The database is away and the spool is full')
    const entry = { payload, written: Promise.withResolvers<void>() }
    waiting.push(entry)
    waitingBytes += payload.length + headBytes
    if (!isWriting) {
      isWriting = true
      void inTurn(writeAll)
    }
    return entry.written.promise
  }

  /** What arrives while one group is being written goes into the next. */
  async function writeAll() {
    while (waiting.length) {
      const group = waiting.splice(0)
      waitingBytes = 0
      try {
        writer ??= await createSegment(folder, nextNumber++)
        await writer.append(group.map(({ payload }) => payload))
        if (isUnusable) log.info('the spool can be written again')
        isUnusable = false
        for (const { written } of group) written.resolve()
        if (writer.segment.bytes >= limits.segmentBytes) await seal()
      } catch (error) {
        if (!isUnusable) log.error({ error: describe(error) }, 'the spool cannot be written')
        isUnusable = true
        for (const { written } of group) written.reject(busy('The database is away and the spool cannot be written'))
        await giveUp()
      }
    }
    isWriting = false
  }

  async function seal() {
    if (!writer) return
    const { segment, close } = writer
    writer = undefined
    sealed.push(segment)
    await close().catch(() => {})
  }

  /** After a failed write only what was synced before it counts. */
  async function giveUp() {
    if (!writer || writer.segment.bytes) return seal()
    const { segment, close } = writer
    writer = undefined
    await close().catch(() => {})
    await unlink(segment.path).catch(() => {})
  }

  /** The oldest file with all that is in it; nothing more will be written to it. */
  async function oldest(): Promise<Contents | undefined> {
    if (isEmpty()) return undefined
    // In its turn also where a file is only being made: whoever asks again at once would keep the event loop from ever making it.
    return inTurn(async () => {
      if (!sealed.length) await seal()
      const [segment] = sealed
      return segment && { segment, ...readRecords(segment.salt, await readFile(segment.path)) }
    })
  }

  /** Once all of its records are stored. What was damaged is kept first. */
  async function finish({ segment, damaged, tornBytes }: Contents) {
    for (const { position, bytes: some } of damaged) await keepDamaged(`${segment.number}.${segment.salt}.${position}`, some)
    if (tornBytes) log.warn({ bytes: tornBytes }, 'the end of a spool file was cut off: it was never acknowledged')
    await unlink(segment.path)
    sealed.splice(sealed.indexOf(segment), 1)
    syncFolder(folder)
  }

  /** Sets bytes aside that cannot be stored: they may have been acknowledged, so somebody has to look at them. */
  async function keepDamaged(name: string, some: Buffer) {
    mkdirSync(damagedFolder, { recursive: true, mode: 0o700 })
    const path = join(damagedFolder, name)
    const handle = await open(`${path}.part`, 'w', 0o600)
    try {
      await handle.writeFile(some)
      await handle.datasync()
    } finally {
      await handle.close()
    }
    if (!existsSync(path)) damagedCount += 1
    renameSync(`${path}.part`, path)
    syncFolder(damagedFolder)
    log.error({ bytes: some.length, file: name }, 'a record in the spool cannot be stored and was set aside')
  }

  async function close() {
    await inTurn(seal)
    release()
  }

  return {
    put,
    oldest,
    finish,
    keepDamaged,
    close,
    bytes,
    damaged: () => damagedCount,
    isEmpty,
    hasRoom: () => !isUnusable && bytes() < 0.95 * mostBytes,
  }
}

export type Spool = ReturnType<typeof openSpool>
