import { afterAll, expect, test } from 'bun:test'
import { mintCredential } from '../src/core/secrets'
import { openKeys } from './keys'
import { limits } from './limits'
import type { Question } from './reader'
import { framesOf, makeDevice, owner, send, startIngestor, telemetry, until } from './testing'

const ingestor = startIngestor()
const { url } = ingestor
afterAll(async () => {
  await ingestor.stop()
})

const statusOf = async (device: { key: string }) => (await send(url, device, [])).status

test.each(['tenant', 'key'] as const)('a revoked key is refused within a second of the signal that names its %s', async (named) => {
  const device = await makeDevice()
  expect(await statusOf(device)).toBe(204)
  const [row] = await owner`update device_key set revoked_at = now() where id = ${device.key_id} returning key_hash`
  const begun = performance.now()
  await owner.notify('monozu', `live x\ndevices ${named === 'tenant' ? device.tenant_id : (row!.key_hash as string)}`)
  await until(async () => (await statusOf(device)) === 401)
  expect(performance.now() - begun).toBeLessThan(1000)
})

test('what was missed while the listener was cut off is made good when it is back', async () => {
  const device = await makeDevice()
  expect(await statusOf(device)).toBe(204)
  await owner`update device_key set revoked_at = now() where id = ${device.key_id}`
  const begun = performance.now()
  await owner`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%monozu%'`
  await until(async () => (await statusOf(device)) === 401)
  expect(performance.now() - begun).toBeLessThan(limits.keyCacheMs / 2)
})

test('a key that was made after it was tried is known at the signal', async () => {
  const { tenant_id, device_id } = await makeDevice()
  const id = Bun.randomUUIDv7()
  const { text: key, hash } = mintCredential('mzd', tenant_id, id)
  expect(await statusOf({ key })).toBe(401)
  await owner`insert into device_key (tenant_id, id, device_id, key_hash) values (${tenant_id}, ${id}, ${device_id}, ${hash})`
  await owner.notify('monozu', `devices ${tenant_id}`)
  await until(async () => (await statusOf({ key })) === 204)
})

test('lookups go one after the other, and a stranger is asked about once', async () => {
  const asked: Question[][] = []
  const answers: PromiseWithResolvers<[]>[] = []
  const keys = openKeys((questions) => {
    asked.push(questions)
    const answer = Promise.withResolvers<[]>()
    answers.push(answer)
    return answer.promise
  })
  const strangers = Array.from({ length: 300 }, () => mintCredential('mzd', Bun.randomUUIDv7(), Bun.randomUUIDv7()).text)
  const first = [strangers[0]!, ...strangers, ...strangers].map((key) => keys.find(key))
  expect(asked).toHaveLength(1)
  answers[0]!.resolve([])
  await until(async () => asked.length === 2)
  answers[1]!.resolve([])
  expect(new Set(await Promise.all(first.map((found) => Promise.resolve(found))))).toEqual(new Set([undefined]))
  expect(strangers.map((key) => keys.find(key))).toEqual(strangers.map(() => undefined))
  expect(asked).toHaveLength(2)
})

/** A key that is asked about while `meanwhile` happens; what is known of it afterwards, while the database is away and while it is not. */
async function askedWhile(meanwhile: (keys: ReturnType<typeof openKeys>, device: { tenant_id: string }) => void) {
  const device = await makeDevice()
  const rows = await owner`select tenant_id, id, device_id, key_hash from device_key where id = ${device.key_id}`
  const answer = Promise.withResolvers<Record<string, unknown>[][]>()
  let isAway = false
  const read = async () => {
    if (isAway) throw new Error('away')
    return answer.promise
  }
  const keys = openKeys(read, () => isAway)
  const found = keys.find(device.key)
  meanwhile(keys, device)
  answer.resolve([[...rows]])
  expect(await found).toMatchObject({ device_id: device.device_id })
  const asksAgain = keys.find(device.key) instanceof Promise
  isAway = true
  const away = await Promise.resolve()
    .then(() => keys.find(device.key))
    .then(
      (known) => known?.device_id === device.device_id,
      () => false,
    )
  return { asksAgain, away }
}

test('an answer that a signal overtook is not remembered; one about another key, or that signals were missed before, is no reason to forget it', async () => {
  expect(await askedWhile((keys, { tenant_id }) => keys.forget(tenant_id))).toEqual({ asksAgain: true, away: false })
  expect(await askedWhile((keys) => keys.forget(Bun.randomUUIDv7()))).toEqual({ asksAgain: false, away: true })
  // Asked about again; but while that is not possible it is what a key is known by.
  expect(await askedWhile((keys) => keys.forgetAll())).toEqual({ asksAgain: true, away: true })
})

test('a stopped ingestor finishes what it has and takes nothing new', async () => {
  const device = await makeDevice()
  const leaving = startIngestor()
  const request = (index: number) =>
    send(leaving.url, device, [telemetry({ value: index }, index)]).then(
      ({ status }) => status,
      () => 'closed',
    )
  const early = Array.from({ length: 50 }, (_, index) => request(index))
  await Promise.any(early)
  const stopped = leaving.stop()
  const [readiness, late] = await Promise.all([
    fetch(`${leaving.url}/readyz`).then(
      ({ status }) => status,
      () => 'closed',
    ),
    request(50),
  ])
  const statuses = await Promise.all(early)
  await stopped
  expect(new Set(statuses).difference(new Set([204, 503]))).toEqual(new Set())
  expect(await framesOf(device.tenant_id)).toHaveLength(statuses.filter((status) => status === 204).length)
  expect([503, 'closed']).toContain(readiness)
  expect([503, 'closed']).toContain(late)
  expect(await request(51)).toBe('closed')
})
