import { afterEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AgentConfig, readConfig } from './config'
import { hardwareId } from './machine'
import { createRegistration } from './registration'
import { cleanUp, createLoopback, createTestClock, createTestLog, problem, temporaryDirectory } from './testing'

afterEach(cleanUp)

function setUp({ stateDir = temporaryDirectory() } = {}) {
  let count = 0
  const answer = () => {
    const urls = { ingest_url: 'http://127.0.0.1:1/v1/ingest', commands_url: 'http://127.0.0.1:1/api/v1/commands' }
    return Response.json({ device_id: 'd1', device_key: `mzd_${++count}`, tenant_id: 't1', ...urls }, { status: 201 })
  }
  const cloud = createLoopback(answer)
  const clock = createTestClock({ isSkipping: true })
  const { log, events } = createTestLog()
  const stop = new AbortController()
  const config: AgentConfig = { cloudUrl: cloud.url, provisioningKey: 'mzp_canary', deviceName: 'gateway', stateDir, intervalSeconds: 5 }
  const make = () => createRegistration({ config, hardwareId: 'hw', clock, log, stop: stop.signal, random: () => 0 })
  return { cloud, clock, events, stop, config, make, answer, path: join(stateDir, 'device.json') }
}

describe('registration', () => {
  test('sends name, hardware id and provisioning key, and keeps the answer for its owner alone', async () => {
    const { cloud, make, path } = setUp()
    expect(await make().ensure()).toMatchObject({ device_id: 'd1', device_key: 'mzd_1' })
    expect(cloud.received[0]).toMatchObject({ path: '/api/v1/devices/register', body: { name: 'gateway', hardware_id: 'hw' } })
    expect(cloud.received[0]?.headers.get('x-provisioning-key')).toBe('mzp_canary')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('happens once: a restart uses what is kept, with the interval that a command set', async () => {
    const { cloud, make } = setUp()
    const first = make()
    await first.ensure()
    expect(first.intervalSeconds()).toBe(5)
    first.setIntervalSeconds(60)
    const second = make()
    expect(await second.ensure()).toMatchObject({ device_key: 'mzd_1' })
    expect([second.intervalSeconds(), cloud.received.length]).toEqual([60, 1])
  })

  test('another Cloud needs another registration', async () => {
    const { make, config, cloud } = setUp()
    await make().ensure()
    const other = setUp({ stateDir: config.stateDir })
    await other.make().ensure()
    expect([cloud.received.length, other.cloud.received.length]).toEqual([1, 1])
  })

  test('is tried again with growing pauses, as long as the Cloud asks, until it works', async () => {
    const { cloud, make, clock, answer } = setUp()
    const refusals = [
      problem(503, 'unavailable', { 'retry-after': '20' }),
      problem(401, 'unauthenticated'),
      Response.json({ device_id: 'd1' }),
    ]
    cloud.answerWith(() => refusals.shift() ?? answer())
    await make().ensure()
    expect(clock.waits).toEqual([20_000, 1_000, 2_000])
  })

  test('gives up when the agent stops', async () => {
    const { cloud, make, stop } = setUp()
    cloud.answerWith(() => {
      stop.abort()
      return problem(401, 'unauthenticated')
    })
    expect(await make().ensure()).toBeUndefined()
  })

  test('a refused device key is renewed once, however many requests were refused', async () => {
    const { cloud, make } = setUp()
    const registration = make()
    await registration.ensure()
    await Promise.all([registration.refused('mzd_1'), registration.refused('mzd_1')])
    await registration.refused('mzd_1')
    expect([registration.device().device_key, cloud.received.length]).toEqual(['mzd_2', 2])
  })

  test('keys that are refused again and again are renewed with growing pauses', async () => {
    const { make, clock } = setUp()
    const registration = make()
    await registration.ensure()
    for (let round = 0; round < 12; round++) await registration.refused(registration.device().device_key)
    expect(clock.waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000])
    expect(clock.waits.at(-1)).toBe(150_000)
  })

  test('without a provisioning key the old credentials stay, and it waits', async () => {
    const { make, config, cloud, clock } = setUp()
    await make().ensure()
    config.provisioningKey = undefined
    const registration = make()
    await registration.ensure()
    for (let round = 0; round < 3; round++) await registration.refused('mzd_1')
    expect([registration.device().device_key, cloud.received.length]).toEqual(['mzd_1', 1])
    expect(clock.waits).toEqual([500, 1_000])
  })

  test('works from memory when the credentials cannot be written', async () => {
    const { make, path, events, cloud } = setUp()
    mkdirSync(`${path}.new`)
    const registration = make()
    expect(await registration.ensure()).toMatchObject({ device_key: 'mzd_1' })
    expect([events[0]?.event, cloud.received.length]).toEqual(['file_not_written', 1])
  })

  test('a new key is asked for with the one of now, kept, and used from then on', async () => {
    const { cloud, make, path } = setUp()
    const registration = make()
    await registration.ensure()
    const refusals = [problem(503, 'unavailable'), problem(429, 'rate_limited')]
    cloud.answerWith(() => refusals.shift() ?? Response.json({ device_key: 'mzd_new', previous_ends_at: null }, { status: 201 }))
    await registration.rotateKey('command-1')
    const asked = cloud.received.slice(1)
    expect(asked.map(({ path, headers }) => [path, headers.get('x-device-key'), headers.get('idempotency-key')])).toEqual(
      Array.from({ length: 3 }, () => ['/api/v1/devices/self/key', 'mzd_1', 'command-1']),
    )
    expect(registration.device()).toMatchObject({ device_id: 'd1', device_key: 'mzd_new' })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ device_id: 'd1', device_key: 'mzd_new' })
    await registration.refused('mzd_1')
    expect(cloud.received).toHaveLength(4)
  })

  test('a new key that was refused, or cannot be kept, is not used', async () => {
    const { cloud, make, path, clock } = setUp()
    const registration = make()
    await registration.ensure()
    cloud.answerWith(() => problem(401, 'unauthenticated'))
    await expect(registration.rotateKey('command-1')).rejects.toThrow('no new key: unauthenticated')
    cloud.answerWith(() => Response.json({ device_key: 'has blanks and a\nline' }, { status: 201 }))
    await expect(registration.rotateKey('command-2')).rejects.toThrow('no new key: answer not understood')
    cloud.answerWith(() => Response.json({ device_key: 'mzd_new' }, { status: 201 }))
    mkdirSync(`${path}.new`)
    await expect(registration.rotateKey('command-3')).rejects.toThrow()
    await cloud.stop()
    await expect(registration.rotateKey('command-4')).rejects.toThrow('no new key: later')
    expect(clock.waits).toEqual([500, 1_000, 2_000, 4_000])
    expect(registration.device().device_key).toBe('mzd_1')
    expect(readFileSync(path, 'utf8')).toContain('mzd_1')
  })

  test('no key is ever in a log line', async () => {
    const { cloud, make, events, answer } = setUp()
    const answers = [problem(401, 'unauthenticated'), problem(503, 'unavailable')]
    cloud.answerWith(() => answers.shift() ?? answer())
    const registration = make()
    await registration.ensure()
    await registration.refused('mzd_1')
    await cloud.stop()
    await registration.refused('mzd_2')
    expect(events.length).toBeGreaterThan(3)
    expect(JSON.stringify(events)).not.toMatch(/mz[pd]_/)
  })
})

describe('hardware id', () => {
  test('is a digest of the machine id, the same every time', () => {
    const directory = temporaryDirectory()
    const machineId = '0123456789abcdef0123456789abcdef'
    writeFileSync(join(directory, 'machine-id'), `${machineId}\n`)
    const expected = createHash('sha256').update(`monozu-edge:${machineId}`).digest('hex')
    expect(hardwareId(directory, join(directory, 'machine-id'))).toBe(expected)
  })
  test('is made and kept where there is no machine id', () => {
    const directory = temporaryDirectory()
    const made = hardwareId(directory, join(directory, 'none'))
    expect(made).toMatch(/^[0-9a-f-]{36}$/)
    expect(hardwareId(directory, join(directory, 'none'))).toBe(made)
  })
})

describe('configuration', () => {
  test('has defaults', () => {
    const { config, problems } = readConfig({ PROVISIONING_KEY: 'mzp_1', AGENT_STATE_DIR: temporaryDirectory() })
    expect(problems).toEqual([])
    expect(config).toMatchObject({ cloudUrl: 'http://localhost:8000', intervalSeconds: 5, provisioningKey: 'mzp_1' })
  })
  test('the key can come from a file, without its last newline', () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'key'), 'mzp_2\n')
    expect(readConfig({ PROVISIONING_KEY_FILE: join(directory, 'key'), AGENT_STATE_DIR: directory }).config.provisioningKey).toBe('mzp_2')
  })
  test('every problem is told at once, by name and never by value', () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    const bad = {
      MONOZU_URL: 'ftp://canary',
      PROVISIONING_KEY: 'canary canary',
      INTERVAL_SECONDS: 'canary',
      AGENT_STATE_DIR: file,
      DEVICE_NAME: ' ',
    }
    const { problems } = readConfig({ ...bad, PROVISIONING_KEY_FILE: '/none/canary' })
    for (const name of Object.keys(bad)) expect(problems.join('\n')).toContain(name)
    expect(problems.join('\n')).not.toContain('canary')
  })
  test('a registered device needs no provisioning key any more', async () => {
    const { make, config } = setUp()
    expect(readConfig({ AGENT_STATE_DIR: config.stateDir }).problems).toHaveLength(1)
    await make().ensure()
    expect(readConfig({ AGENT_STATE_DIR: config.stateDir }).problems).toEqual([])
    expect(readFileSync(join(config.stateDir, 'device.json'), 'utf8')).toContain('mzd_1')
  })
})
