import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { open, readFile, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { log } from '../../src/core/log'
import { describe } from '../../src/core/problem'
import { openShares } from '../budget'
import { limits } from '../limits'
import { busy } from '../refusals'
import { type Found, headBytes, readRecords } from './format'
import { type Segment, type Writer, createSegment, isMeantFor, listSegments } from './segments'
import { type Slot, syncFolder } from './slot'

export type Contents = Found & { segment: Segment }

interface Waiting {
  tenant_id: string
  payload: Buffer
  written: PromiseWithResolvers<void>
}

const sizeOf = ({ payload }: Waiting) => payload.length + headBytes

/** What a small file takes of a disk all the same. */
const blockBytes = 4096
const onDisk = (bytes: number) => Math.max(bytes, blockBytes)

const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : [])

/**
 * What is acknowledged while the database is away, in files on this machine, in the order it came. All of them together, what was set aside as
 * damaged included, take at most `mostBytes`; each tenant its share of that. Nothing is written before it is known for which installation
 * (`installationOf`), and what was kept for another one stays where it is.
 */
export function openSpool({ folder, release }: Slot, mostBytes: number, installationOf: () => string | undefined) {
  const sealed = listSegments(folder)
  const waiting: Waiting[] = []
  const damagedFolder = join(folder, 'damaged')
  const shares = openShares(mostBytes, () => busy('The database is away and the spool is full'))
  let nextNumber = (sealed.at(-1)?.number ?? 0) + 1
  let writer: Writer | undefined
  let damagedCount = namesIn(damagedFolder).length
  let isWriting = false
  let isUnusable = false
  let turn: Promise<unknown> = Promise.resolve()
  for (const { bytes } of sealed) shares.occupy(bytes)
  for (const name of namesIn(damagedFolder)) shares.occupy(onDisk(statSync(join(damagedFolder, name)).size))

  const isOurs = ({ path }: Segment) => isMeantFor(basename(path), installationOf() ?? '')
  const foreign = () => (installationOf() ? sealed.filter((segment) => !isOurs(segment)) : [])
  const isEmpty = () => !sealed.some(isOurs) && !writer && !isWriting

  /** One piece of work on the files after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work)
    turn = done.catch(() => {})
    return done
  }

  /** Resolves when it is on disk; throws or rejects with a 503 where it cannot be. */
  function put(tenant_id: string, payload: Buffer): Promise<void> {
    const entry = { tenant_id, payload, written: Promise.withResolvers<void>() }
    shares.take(tenant_id, sizeOf(entry))
    waiting.push(entry)
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
      try {
        const installation = installationOf()
        if (!installation) throw new Error('the database was never reached')
        if (writer && writer.segment.installation !== installation) await seal()
        writer ??= await createSegment(folder, nextNumber++, installation)
        await writer.append(group.map(({ payload }) => payload))
        const { held } = writer.segment
        for (const entry of group) held.set(entry.tenant_id, (held.get(entry.tenant_id) ?? 0) + sizeOf(entry))
        if (isUnusable) log.info('the spool can be written again')
        isUnusable = false
        for (const { written } of group) written.resolve()
        if (writer.segment.bytes >= limits.segmentBytes) await seal()
      } catch (error) {
        if (!isUnusable) log.error({ error: describe(error) }, 'the spool cannot be written')
        isUnusable = true
        for (const entry of group) {
          shares.giveBack(entry.tenant_id, sizeOf(entry))
          entry.written.reject(busy('The database is away and the spool cannot be written'))
        }
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

  /** The oldest file for this installation with all that is in it; nothing more will be written to it. */
  async function oldest(): Promise<Contents | undefined> {
    if (isEmpty()) return undefined
    // In its turn also where a file is only being made: whoever asks again at once would keep the event loop from ever making it.
    return inTurn(async () => {
      if (!sealed.some(isOurs)) await seal()
      const segment = sealed.find(isOurs)
      return segment && { segment, ...readRecords(segment.salt, await readFile(segment.path)) }
    })
  }

  /** Once all of its records are stored. What was damaged is kept first. */
  async function finish({ segment, damaged, tornBytes }: Contents) {
    for (const { position, bytes: some } of damaged) await keepDamaged(`${segment.number}.${segment.salt}.${position}`, some)
    if (tornBytes) log.warn({ bytes: tornBytes }, 'the end of a spool file was cut off: it was never acknowledged')
    await unlink(segment.path)
    sealed.splice(sealed.indexOf(segment), 1)
    for (const [tenant_id, bytes] of segment.held) shares.giveBack(tenant_id, bytes)
    if (!segment.held.size) shares.occupy(-segment.bytes)
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
    if (!existsSync(path)) {
      damagedCount += 1
      shares.occupy(onDisk(some.length))
    }
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
    bytes: shares.bytes,
    damaged: () => damagedCount,
    /** What is kept for other installations. */
    foreignBytes: () => foreign().reduce((sum, { bytes }) => sum + bytes, 0),
    isEmpty,
    hasRoom: () => !isUnusable && shares.bytes() < 0.95 * mostBytes,
  }
}

export type Spool = ReturnType<typeof openSpool>
