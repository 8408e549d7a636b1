import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { owner } from '../testing'
import { diagnoseSpool } from './diagnose'
import { takeSlot } from './slot'
import { openSpool } from './spool'

const parent = mkdtempSync(join(tmpdir(), 'monozu-doctor-'))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

/** What `monozu doctor` says of the spool, line by line. */
async function doctor(folder: string, bytes = 1_048_576) {
  const env = { ...Bun.env, DATABASE_URL: Bun.env.DATABASE_INGEST_URL!, SPOOL_DIR: folder, SPOOL_BYTES: String(bytes) }
  const child = Bun.spawn([process.execPath, resolve(import.meta.dir, '../../src/main.ts'), 'doctor'], {
    env,
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const lines = (await child.stdout.text()).split('\n').filter((line) => / spool/.test(line))
  return { exitCode: await child.exited, told: lines.map((line) => line.replace(/ {2,}/g, ' ')) }
}

test('a spool that is empty, or was never needed, is no fault', async () => {
  const folder = join(parent, 'empty')
  expect((await doctor(folder)).told).toEqual([`ok spool nothing was ever kept in ${folder}`])
  expect(existsSync(folder)).toBe(false)
  mkdirSync(folder)
  const [place, space, ...rest] = (await doctor(folder)).told
  expect(place).toBe(`ok spool ${folder}`)
  expect(space).toMatch(/^ok spool: space 0\.0 MB are held, at most 1\.0 MB a process, and [\d.]+ MB are free on its disk$/)
  expect(rest).toEqual(['ok spool: oldest record none waits', 'ok spool: damaged none', 'ok spool: of others none'])
  expect(readdirSync(folder)).toEqual([])
  expect((await doctor(folder, 0)).told).toEqual(['ok spool none is kept (SPOOL_BYTES is 0)'])
})

test('a folder that is none cannot be written', async () => {
  const file = join(parent, 'a file')
  await Bun.write(file, 'x')
  const { exitCode, told } = await doctor(file)
  expect({ exitCode, told }).toEqual({ exitCode: 1, told: [`FAULT spool ${file} cannot be written (ENOTDIR)`] })
})

test('what waits too long, was set aside, belongs to others or finds no room is told, and is a fault', async () => {
  const folder = join(parent, 'full')
  const [installation] = await owner<{ id: string }[]>`select id from installation`
  for (const whose of [installation!.id, Bun.randomUUIDv7()]) {
    const spool = openSpool(takeSlot(folder), 10_000_000, () => whose)
    await spool.put('a tenant', Buffer.alloc(1_048_576))
    await spool.keepDamaged(whose, Buffer.from('damaged'))
    await spool.close()
  }
  const young = await doctor(folder, 3_000_000)
  expect(young.exitCode).toBe(1)
  expect(young.told).toEqual([
    `ok spool ${folder}`,
    expect.stringMatching(/^ok spool: space 2\.0 MB are held, at most [\d.]+ MB a process, and [\d.]+ MB are free on its disk$/),
    'ok spool: oldest record 1.0 MB wait, for 0 minutes at most',
    `FAULT spool: damaged 2 records were set aside; look at ${join(folder, '0/damaged')}`,
    'FAULT spool: of others 1.0 MB for the database of another installation',
  ])
  for (const name of readdirSync(join(folder, '0')).filter((file) => file.endsWith('.spool')))
    utimesSync(join(folder, '0', name), new Date(), new Date(Date.now() - 7_200_000))
  expect((await doctor(folder)).told).toContain('FAULT spool: oldest record 1.0 MB wait, for 120 minutes at most')
  const { blocks, bsize } = statfsSync(folder)
  expect(diagnoseSpool({ folder, bytes: 2 * blocks * bsize }, installation!.id)).toContainEqual(
    expect.objectContaining({ label: 'spool: space', fault: true }),
  )
})
