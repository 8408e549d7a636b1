import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { eventually } from '../testing/eventually'
import { PostgresProblem, freePort, startPostgres } from './embedded-postgres'

const root = mkdtempSync(join(tmpdir(), 'monozu-postgres-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const settings = ['fsync=off']
const ask = async <T extends object>(url: string, query: string) => {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 })
  try {
    return [...(await sql.unsafe<T[]>(query))]
  } finally {
    await sql.end({ timeout: 1 })
  }
}

describe('an embedded database', () => {
  // ASVS 13.2.1, 13.3.2
  test('keeps its data, is open to nobody without the password, and leaves none lying about', async () => {
    const folder = join(root, 'kept', 'database')
    const port = freePort()
    const password = "p'ss/w@rd: %41"
    const first = await startPostgres({ folder, port, password, settings })
    await ask(first.url, 'create table kept as select 7 as n')
    await expect(ask(first.url.replace(encodeURIComponent(password), 'wrong'), 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect(await ask(first.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(root, 'kept')).filter((name) => name !== 'database')).toEqual([])
    await first.stop()
    expect(existsSync(join(folder, 'postmaster.pid'))).toBe(false)
    const second = await startPostgres({ folder, port, password, settings })
    expect(await ask(second.url, 'select n from kept')).toEqual([{ n: 7 }])
    await second.stop()
  }, 30_000)

  test('that outlived its parent is stopped, and its folder used again', async () => {
    const folder = join(root, 'orphan')
    const orphan = await startPostgres({ folder, port: freePort(), password: 'x', settings })
    await ask(orphan.url, 'create table kept as select 8 as n')
    const heir = await startPostgres({ folder, port: freePort(), password: 'x', settings })
    expect(await Promise.race([orphan.ended.then(() => 'ended'), Bun.sleep(10_000)])).toBe('ended')
    expect(await ask(heir.url, 'select n from kept')).toEqual([{ n: 8 }])
    heir.process.kill('SIGKILL')
    await heir.ended
    const again = await startPostgres({ folder, port: freePort(), password: 'x', settings })
    expect(await ask(again.url, 'select n from kept')).toEqual([{ n: 8 }])
    await again.stop()
  }, 30_000)

  test('says in a sentence why it did not start', async () => {
    const occupied = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const busy = startPostgres({ folder: join(root, 'busy'), port: occupied.port, password: 'x', settings })
    await expect(busy).rejects.toThrow(PostgresProblem)
    occupied.stop(true)
    const foreign = join(root, 'foreign')
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'letter.txt'), 'not a database')
    await expect(startPostgres({ folder: foreign, port: freePort(), password: 'x', settings })).rejects.toThrow(PostgresProblem)
    expect(existsSync(join(foreign, 'letter.txt'))).toBe(true)
    const file = join(root, 'file')
    writeFileSync(file, '')
    await expect(startPostgres({ folder: file, port: freePort(), password: 'x', settings })).rejects.toThrow('cannot be written')
  }, 30_000)
})

test('a free port is one that can be listened on; a wanted one is kept where it is free', async () => {
  const port = freePort()
  expect(freePort(port)).toBe(port)
  expect(freePort(port, [port])).not.toBe(port)
  const listener = Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } })
  expect(freePort(port)).not.toBe(port)
  listener.stop(true)
  expect(await eventually(() => freePort(port) === port)).toBe(true)
})
