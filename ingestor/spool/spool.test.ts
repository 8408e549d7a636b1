import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeRecord, readRecords } from './format'
import { isMeantFor } from './segments'
import { type Slot, takeAbandoned as takeAbandonedOf, takeSlot } from './slot'
import { type Spool, openSpool as openSpoolFor } from './spool'

const parent = mkdtempSync(join(tmpdir(), 'monozu-spool-'))
afterAll(() => rmSync(parent, { recursive: true, force: true }))
let folders = 0
const installation = Bun.randomUUIDv7()
const openSpool = (slot: Slot, mostBytes: number, of = installation) => openSpoolFor(slot, mostBytes, () => of)
const takeAbandoned = (folder: string, of = installation) => takeAbandonedOf(folder, (name) => isMeantFor(name, of))
const textsIn = async (spool: Spool) => (await spool.oldest())?.payloads.map(String)
const tenant = 'a tenant'
const newFolder = () => join(parent, String(folders++))

const salt = 'a'.repeat(32)
function segmentOf(payloads: Buffer[]): Buffer {
  let bytes = Buffer.alloc(0)
  for (const payload of payloads) bytes = Buffer.concat([bytes, ...encodeRecord(salt, bytes.length, payload)])
  return bytes
}
const somePayloads = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  { minLength: 1, maxLength: 6 },
)
const hex = (payloads: Buffer[]) => payloads.map((payload) => payload.toString('hex'))
const isSubsequence = (some: string[], all: string[]) => {
  let next = 0
  for (const one of all) if (one === some[next]) next += 1
  return next === some.length
}

test('what is cut off anywhere gives the records before the cut and nothing else', () => {
  fc.assert(
    fc.property(somePayloads, fc.nat(), (payloads, cut) => {
      const whole = segmentOf(payloads)
      const kept = whole.subarray(0, cut % (whole.length + 1))
      const { payloads: read, damaged, tornBytes } = readRecords(salt, kept)
      expect(hex(read)).toEqual(hex(payloads).slice(0, read.length))
      expect(damaged).toEqual([])
      expect(segmentOf(read).length + tornBytes).toBe(kept.length)
    }),
  )
})

test('a flipped bit costs one record, which is found to be damaged', () => {
  fc.assert(
    fc.property(somePayloads, fc.nat(), fc.nat(7), (payloads, place, bit) => {
      const bytes = segmentOf(payloads)
      bytes[place % bytes.length]! ^= 1 << bit
      const { payloads: read, damaged, tornBytes } = readRecords(salt, bytes)
      expect(read).toHaveLength(payloads.length - 1)
      expect(isSubsequence(hex(read), hex(payloads))).toBe(true)
      expect(damaged).toHaveLength(1)
      expect(tornBytes).toBe(0)
    }),
  )
})

test('a payload that looks like a record, or comes from another place or file, is none', () => {
  const inner = Buffer.concat(encodeRecord('b'.repeat(32), 28, Buffer.from('forged')))
  const bytes = segmentOf([inner, Buffer.from('true')])
  bytes[0]! ^= 1
  expect(hex(readRecords(salt, bytes).payloads)).toEqual(hex([Buffer.from('true')]))
  expect(readRecords('c'.repeat(32), segmentOf([Buffer.from('one')])).payloads).toEqual([])
})

test('what was put is read in order, also by the next process, and goes when it is finished', async () => {
  const folder = newFolder()
  const first = openSpool(takeSlot(folder), 1_000_000)
  await Promise.all([1, 2, 3].map((number) => first.put(tenant, Buffer.from(`record ${number}`))))
  const other = takeSlot(folder)
  expect(other.folder).not.toBe(join(folder, '0'))
  expect([...takeAbandoned(folder)]).toEqual([])
  await first.close()
  const [slot] = takeAbandoned(folder)
  const second = openSpool(slot!, 1_000_000)
  const contents = await second.oldest()
  expect(contents!.payloads.map(String)).toEqual(['record 1', 'record 2', 'record 3'])
  await second.finish(contents!)
  expect(second.isEmpty()).toBe(true)
  await second.close()
  other.release()
})

test('what is only being written is waited for, not taken for nothing', async () => {
  const spool = openSpool(takeSlot(newFolder()), 1_000_000)
  expect(await spool.oldest()).toBeUndefined()
  const first = spool.put(tenant, Buffer.from('first'))
  const asked = spool.oldest()
  const second = spool.put(tenant, Buffer.from('second'))
  expect(spool.isEmpty()).toBe(false)
  expect((await asked)!.payloads.map(String)).toEqual(['first', 'second'])
  await Promise.all([first, second])
  await spool.close()
})

test('of several abandoned places only the one that is worked on is taken: the others are left to whoever comes', async () => {
  const folder = newFolder()
  const left = [takeSlot(folder), takeSlot(folder), takeSlot(folder)].map((slot) => openSpool(slot, 1000))
  for (const spool of left) await spool.put(tenant, Buffer.from('kept'))
  for (const spool of left) await spool.close()
  const [first] = takeAbandoned(folder)
  const others = [...takeAbandoned(folder)]
  expect(others.map((slot) => slot.folder)).toEqual(
    ['0', '1', '2'].map((name) => join(folder, name)).filter((path) => path !== first!.folder),
  )
  for (const slot of [first!, ...others]) slot.release()
})

test('more than the limit is refused with a 503 and a time to try again', async () => {
  const spool = openSpool(takeSlot(newFolder()), 10_000)
  await spool.put(tenant, Buffer.alloc(8000))
  expect(() => spool.put(tenant, Buffer.alloc(1000))).toThrow(expect.objectContaining({ status: 503, more: { retryAfterSeconds: 2 } }))
  expect(spool.bytes()).toBeLessThanOrEqual(10_000)
  await spool.close()
})

test('a tenant that sends all it can leaves room for the others, and gets its share again once its records are stored', async () => {
  const spool = openSpool(takeSlot(newFolder()), 100_000)
  const fill = async (tenant_id: string) => {
    for (let count = 0; ; count++) {
      try {
        await spool.put(tenant_id, Buffer.alloc(972))
      } catch {
        return count
      }
    }
  }
  expect(await fill('loud')).toBe(88)
  expect(await fill('second')).toBeGreaterThan(5)
  expect(await fill('third')).toBeGreaterThan(0)
  await spool.finish((await spool.oldest())!)
  expect(spool.bytes()).toBe(0)
  expect(await fill('loud')).toBe(88)
  await spool.close()
})

test('what was kept for another installation stays, counts, and is read by that one', async () => {
  const folder = newFolder()
  const other = Bun.randomUUIDv7()
  const theirs = openSpool(takeSlot(folder), 10_000, other)
  await theirs.put(tenant, Buffer.from('theirs'))
  await theirs.close()
  const ours = openSpool(takeSlot(folder), 10_000)
  expect([ours.isEmpty(), ours.foreignBytes(), await textsIn(ours)]).toEqual([true, 34, undefined])
  await ours.put(tenant, Buffer.from('ours'))
  const contents = await ours.oldest()
  expect(contents!.payloads.map(String)).toEqual(['ours'])
  await ours.finish(contents!)
  expect([ours.isEmpty(), ours.bytes()]).toEqual([true, 34])
  await ours.close()
  expect([...takeAbandoned(folder)]).toEqual([])
  const again = openSpool([...takeAbandoned(folder, other)][0]!, 0, other)
  expect(await textsIn(again)).toEqual(['theirs'])
  await again.close()
})

test('before the installation is known nothing is taken', async () => {
  const spool = openSpoolFor(takeSlot(newFolder()), 10_000, () => undefined)
  expect(spool.put(tenant, Buffer.from('x'))).rejects.toMatchObject({ status: 503 })
  await spool.close()
  expect(spool.bytes()).toBe(0)
})

test('a file of an earlier version, which does not say of which installation it is, is read', async () => {
  const folder = newFolder()
  const slot = takeSlot(folder)
  writeFileSync(join(slot.folder, `0000000001.${salt}.spool`), segmentOf([Buffer.from('old')]))
  const spool = openSpool(slot, 10_000)
  expect(await textsIn(spool)).toEqual(['old'])
  await spool.finish((await spool.oldest())!)
  expect([spool.isEmpty(), spool.bytes()]).toEqual([true, 0])
  await spool.close()
})

test('a damaged record is set aside, its neighbours are read', async () => {
  const folder = newFolder()
  const first = openSpool(takeSlot(folder), 1_000_000)
  for (const text of ['one', 'two', 'three']) await first.put(tenant, Buffer.from(text))
  await first.close()
  const name = readdirSync(join(folder, '0')).find((file) => file.endsWith('.spool'))
  const path = join(folder, '0', name!)
  const bytes = readFileSync(path)
  bytes.write('TWO', bytes.indexOf('two'))
  writeFileSync(path, bytes)
  const spool = openSpool(takeSlot(folder), 1_000_000)
  const contents = await spool.oldest()
  expect(contents!.payloads.map(String)).toEqual(['one', 'three'])
  await spool.finish(contents!)
  expect(spool.damaged()).toBe(1)
  const [kept] = readdirSync(join(folder, '0/damaged'))
  expect(readFileSync(join(folder, '0/damaged', kept!)).toString('latin1')).toContain('TWO')
  await spool.close()
  // What was set aside is not thrown away, so it counts: as much as it takes of the disk.
  const next = openSpool(takeSlot(folder), 5000)
  expect([next.damaged(), next.bytes()]).toEqual([1, 4096])
  expect(() => next.put(tenant, Buffer.alloc(1000))).toThrow(expect.objectContaining({ status: 503 }))
  await next.close()
})
