import { afterEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createCommands, type Handler } from './commands'
import {
  cleanUp,
  createLoopback,
  createTestClock,
  createTestLog,
  noContent,
  problem,
  temporaryDirectory,
  testRegistration,
} from './testing'

afterEach(cleanUp)

const command = (id: string, type: string, args: object = {}) => ({
  id,
  type,
  arguments: args,
  lease_expires_at: '2026-03-01T12:01:00.000Z',
})

/** A Cloud with a queue: every poll gets what is in it. */
function setUp(path = join(temporaryDirectory(), 'commands.json')) {
  const queue: unknown[] = []
  const runs: string[] = []
  const cloud = createLoopback(({ method }) => (method === 'GET' ? Response.json({ items: queue.splice(0) }) : noContent()))
  const registration = testRegistration(cloud.url)
  const clock = createTestClock()
  const { log, events } = createTestLog()
  const stop = new AbortController()
  const handlers: Record<string, Handler> = {
    quick: { run: (args) => ({ run: runs.push('quick'), args }) },
    slow: { isSlow: true, run: async () => ({ run: runs.push('slow') }) },
    broken: { run: () => Promise.reject(new Error('it broke')) },
  }
  const commands = createCommands({ registration, handlers, path, clock, log, stop: stop.signal, signal: stop.signal, random: () => 0 })
  const reports = () => cloud.received.filter(({ method }) => method === 'POST').map(({ path, body }) => [path.split('/').at(-2), body])
  return { queue, runs, cloud, commands, reports, clock, path, stop, registration, events }
}

const succeeded = (id: string, result: object) => [id, { state: 'succeeded', result }]

describe('commands', () => {
  test('are fetched with the device key by a long poll, executed and answered', async () => {
    const { queue, cloud, commands, reports } = setUp()
    queue.push(command('c1', 'quick', { a: 1 }))
    expect(await commands.step()).toBe(0)
    expect(cloud.received[0]?.path).toBe('/api/v1/commands?wait=25')
    expect(cloud.received.every(({ headers }) => headers.get('x-device-key') === 'mzd_first')).toBe(true)
    expect(reports()).toEqual([succeeded('c1', { run: 1, args: { a: 1 } })])
  })

  test('a slow one is reported as running first', async () => {
    const { queue, commands, reports } = setUp()
    queue.push(command('c1', 'slow'))
    await commands.step()
    expect(reports()).toEqual([['c1', { state: 'running' }], succeeded('c1', { run: 1 })])
  })

  test('one that was cancelled meanwhile is not run', async () => {
    const { queue, commands, cloud, runs } = setUp()
    queue.push(command('c1', 'slow'))
    cloud.answerWith(({ method }) => (method === 'GET' ? Response.json({ items: queue.splice(0) }) : problem(409, 'cancelled')))
    await commands.step()
    expect(runs).toEqual([])
  })

  test('an unknown one fails, whatever it is called', async () => {
    const { queue, commands, reports } = setUp()
    queue.push(command('c1', 'reboot'), command('c2', 'constructor'))
    await commands.step()
    const refused = { state: 'failed', error: 'unknown command' }
    expect(reports()).toEqual([
      ['c1', refused],
      ['c2', refused],
    ])
  })

  test('one that throws fails with its message', async () => {
    const { queue, commands, reports } = setUp()
    queue.push(command('c1', 'broken'))
    await commands.step()
    expect(reports()).toEqual([['c1', { state: 'failed', error: 'it broke' }]])
  })

  test('one that comes again is not run again but answered the same, also after a restart', async () => {
    const first = setUp()
    first.queue.push(command('c1', 'quick'))
    await first.commands.step()
    first.queue.push(command('c1', 'quick'))
    await first.commands.step()
    expect(first.runs).toEqual(['quick'])
    expect(first.reports()[1]).toEqual(first.reports()[0])
    const second = setUp(first.path)
    second.queue.push(command('c1', 'quick'))
    await second.commands.step()
    expect(second.runs).toEqual([])
    expect(second.reports()).toEqual([succeeded('c1', { run: 1, args: {} })])
  })

  test('a result that could not be reported is reported before the next poll', async () => {
    const { queue, commands, cloud, reports, runs } = setUp()
    queue.push(command('c1', 'quick'))
    cloud.answerWith(({ method }) =>
      method === 'GET' ? Response.json({ items: queue.splice(0) }) : problem(503, 'unavailable', { 'retry-after': '3' }),
    )
    expect(await commands.step()).toBe(3_000)
    cloud.answerWith(({ method }) => (method === 'GET' ? Response.json({ items: [] }) : noContent()))
    await commands.step()
    expect(cloud.received.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST', 'GET'])
    expect([reports().length, runs]).toEqual([2, ['quick']])
  })

  test('only the last 200 outcomes are kept', async () => {
    const { queue, commands, path } = setUp()
    queue.push(...Array.from({ length: 100 }, (_, index) => command(`a${index}`, 'quick')))
    await commands.step()
    queue.push(...Array.from({ length: 100 }, (_, index) => command(`b${index}`, 'quick')))
    await commands.step()
    queue.push(command('last', 'quick'))
    await commands.step()
    const kept = (await Bun.file(path).json()) as { id: string }[]
    expect([kept.length, kept[0]?.id, kept.at(-1)?.id]).toEqual([200, 'a1', 'last'])
  })
})

describe('polling', () => {
  test('a Cloud that does not hold the request open is asked once a second', async () => {
    const { commands } = setUp()
    expect(await commands.step()).toBe(1_000)
  })
  test('a refused key asks for a new one', async () => {
    const { commands, cloud, registration } = setUp()
    cloud.answerWith(() => problem(401, 'unauthenticated'))
    expect(await commands.step()).toBe(0)
    expect(registration.refusedKeys).toEqual(['mzd_first'])
  })
  test('a Cloud that is away is asked less and less often', async () => {
    const { commands, cloud } = setUp()
    await cloud.stop()
    expect([await commands.step(), await commands.step(), await commands.step()]).toEqual([500, 1_000, 2_000])
  })
  test('an answer that is not understood is no command', async () => {
    const { commands, cloud, runs } = setUp()
    for (const answer of ['[]', 'null', '{"items":{}}', '{"items":[1,{"id":2,"type":"quick"}]}', '<html>']) {
      cloud.answerWith(() => new Response(answer))
      expect(await commands.step()).toBe(1_000)
    }
    expect(runs).toEqual([])
  })
  test('stopping ends a poll that is held open, without a word of complaint', async () => {
    const { commands, cloud, stop, events } = setUp()
    cloud.answerWith(() => new Promise(() => {}))
    const running = commands.run()
    await cloud.until(1)
    stop.abort()
    await running
    expect(events).toEqual([])
  })
})
