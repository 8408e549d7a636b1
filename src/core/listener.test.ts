import { expect, test } from 'bun:test'
import postgres from 'postgres'
import { eventually } from '../testing/eventually'
import { owner } from '../testing/owner'
import { channel, openListener } from './listener'

const url = Bun.env.DATABASE_URL!
const pulseMs = 100

/** Listens, and keeps what it hears of itself; `times` counts how often it began to. */
function listening(tell: (payload: string) => Promise<unknown>) {
  const name = `listener ${crypto.randomUUID()}`
  const heard: string[] = []
  const counts = { times: 0 }
  const listener = openListener({
    open: () => postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: name } }),
    tell,
    hear: (payload) => payload.startsWith(name) && heard.push(payload),
    lost: () => void (counts.times += 1),
    pulseMs,
  })
  const hears = async (word: string) => {
    await owner.notify(channel, `${name} ${word}`)
    return eventually(() => heard.includes(`${name} ${word}`))
  }
  const backend = async () => Number((await owner`select pid from pg_stat_activity where application_name = ${name}`)[0]!.pid)
  return { ...listener, counts, hears, backend }
}

const notify = (payload: string) => owner.notify(channel, payload)

test('a connection that carries nothing more is given up for another one, and what was missed is said to be', async () => {
  const { ready, counts, hears, backend, end } = listening(notify)
  await ready
  expect(await hears('one')).toBe(true)
  expect(counts.times).toBe(1)
  const frozen = await backend()
  process.kill(frozen, 'SIGSTOP')
  try {
    expect(await eventually(() => counts.times === 2)).toBe(true)
    expect(await hears('two')).toBe(true)
  } finally {
    process.kill(frozen, 'SIGCONT')
    await end()
  }
})

test('while nothing arrives it goes on trying; while nothing can be told nothing is given up', async () => {
  const deaf = listening(async () => undefined)
  expect(await eventually(() => deaf.counts.times > 2)).toBe(true)
  expect(await deaf.hears('from others')).toBe(true)
  await deaf.end()

  let tries = 0
  const away = listening(async () => {
    tries += 1
    throw new Error('no database')
  })
  expect(await eventually(() => tries > 5)).toBe(true)
  expect(away.counts.times).toBe(1)
  await away.end()
})
