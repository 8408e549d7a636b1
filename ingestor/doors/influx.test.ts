import { afterAll, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { type HttpError, InfluxDB, Point, setLogger } from '@influxdata/influxdb-client'
import * as fc from 'fast-check'
import { framesOf, makeDevice, rejectedOf, startIngestor } from '../testing'
import { pointsOf } from './line-protocol'

const ingestor = startIngestor()
afterAll(async () => {
  await ingestor.stop()
})

async function write(path: string, body: string | Buffer, headers: Record<string, string>) {
  const response = await fetch(`${ingestor.url}${path}`, { method: 'POST', body, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as unknown }
}

const at = Date.UTC(2026, 2, 4, 5, 6, 7, 89)

test.each([
  ['/write', 'ns', `${at}999999`],
  ['/write?db=telegraf&precision=u', 'u', `${at}999`],
  ['/api/v2/write?org=o&bucket=b&precision=ms', 'ms', `${at}`],
])('%s: a line is a frame, and sent again it is the same', async (path, _, time) => {
  const device = await makeDevice()
  const lines = `# comment\n\ndisk\\ io,path=/var\\ lib,host=a\\=b,__proto__=x free=12i,used\\ percent=1.5e1,ok=t,note="a b,c=\\" \nd" ${time}\r\ncpu,host=a idle=-7u ${time}`
  for (let round = 0; round < 2; round++) {
    const answer = await write(path, gzipSync(lines.replace('7u', '7')), {
      authorization: `Token ${device.key}`,
      'content-encoding': 'gzip',
    })
    expect(answer.status).toBe(204)
    const frames = (await framesOf(device.tenant_id)).map(({ at: moment, metrics, values, labels }) => ({
      at: moment.getTime(),
      metrics,
      values,
      labels,
    }))
    expect(frames).toHaveLength(2)
    expect(frames).toContainEqual({
      at,
      metrics: ['disk_io_free', 'disk_io_ok', 'disk_io_used_percent'],
      values: [12, 1, 15],
      labels: { path: '/var lib', host: 'a=b', ['__proto__']: 'x' },
    })
    expect(frames).toContainEqual({ at, metrics: ['cpu_idle'], values: [-7], labels: { host: 'a' } })
  }
})

test.each([
  ['/write', { error: expect.stringMatching(/^partial write: .* dropped=9$/) }],
  ['/api/v2/write', { code: 'invalid', message: expect.stringMatching(/^partial write: .* dropped=9$/) }],
])('%s: a bad line does not fail its neighbours, and is kept', async (path, body) => {
  const device = await makeDevice()
  const tags = Array.from({ length: 10_000 }, (_, index) => `,t${index}=x`).join('')
  const bad = [
    'secret-text',
    'm value=',
    'm value=1x 5',
    'm value=1 5x',
    'm value="open 5',
    `m${tags} value=1 ${at}000000`,
    'm value=1',
    'm value="text" 5000000',
    `m value=1e999 ${at}000000`,
    'm,a=1,a=2 value=1 5000000',
  ]
  // A quote that is never closed takes the rest of the body with it, so that line comes last.
  const open = bad.splice(4, 1)
  const lines = [`m value=1 ${at}000000`, 'm value=2 0', `m value=3 ${Date.UTC(2100, 0)}000000`, ...bad.slice(1), ...open]
  const answer = await write(path, lines.join('\n'), { 'x-device-key': device.key })
  expect(answer).toMatchObject({ status: 400, body })
  expect((await framesOf(device.tenant_id)).map(({ values }) => values)).toEqual([[2], [1], [3]])
  expect(await rejectedOf(device.tenant_id)).toHaveLength(9)
})

test('each version takes the key and answers in its own way', async () => {
  const { key } = await makeDevice()
  const line = `m value=1 ${at}000000`
  const basic = { authorization: `Basic ${Buffer.from(`name:${key}`).toString('base64')}` }
  expect((await write('/write', line, basic)).status).toBe(204)
  expect((await write(`/write?u=name&p=${key}`, line, {})).status).toBe(204)
  expect((await write('/api/v2/write', line, { authorization: `Token ${key}` })).status).toBe(204)
  const one = await write('/write', line, {})
  expect(one.status).toBe(401)
  expect(one.body).toEqual({ error: one.headers.get('x-influxdb-error') })
  expect(await write(`/api/v2/write?p=${key}`, line, {})).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  const large = ' '.repeat(5 * 1_048_576)
  expect(await write('/api/v2/write', large, basic)).toMatchObject({ status: 413, body: { code: 'request too large' } })
  expect(await write('/write', gzipSync(large), { ...basic, 'content-encoding': 'gzip' })).toMatchObject({ status: 413 })
  expect((await write('/write?precision=constructor', line, basic)).status).toBe(400)
})

// It writes down at length what it is told.
setLogger({ error: () => {}, warn: () => {} })

test("InfluxData's client writes, compressed or not, and is told what failed", async () => {
  const device = await makeDevice()
  const writer = (token: string, gzipThreshold: number) => {
    const failures: number[] = []
    const writeFailed = (error: Error) => void failures.push((error as HttpError).statusCode)
    const api = new InfluxDB({ url: ingestor.url, token }).getWriteApi('any', 'any', 'ns', { maxRetries: 0, gzipThreshold, writeFailed })
    return { api, failures }
  }
  const point = (room: string) =>
    new Point('boiler').tag('room', room).floatField('celsius', 21.5).intField('turns', -3).timestamp(new Date(at))
  for (const [room, gzipThreshold] of [
    ['a, b=c', 1],
    ['d', 1_000_000],
  ] as const) {
    const { api, failures } = writer(device.key, gzipThreshold)
    api.writePoint(point(room).booleanField('on', true).stringField('note', 'a "b"'))
    await api.close()
    expect(failures).toEqual([])
  }
  expect(
    (await framesOf(device.tenant_id)).map(({ at: moment, metrics, values, labels }) => [moment.getTime(), metrics, values, labels]),
  ).toEqual(
    expect.arrayContaining(['a, b=c', 'd'].map((room) => [at, ['boiler_celsius', 'boiler_on', 'boiler_turns'], [21.5, 1, -3], { room }])),
  )
  const stranger = writer('mzd_no', 1)
  stranger.api.writePoint(point('x'))
  await stranger.api.close().catch(() => {})
  const partial = writer(device.key, 1)
  partial.api.writeRecords([`boiler celsius=1 ${at + 1}000000`, 'boiler celsius=1'])
  await partial.api.close().catch(() => {})
  expect([stranger.failures, partial.failures]).toEqual([[401], [400]])
  expect(await framesOf(device.tenant_id)).toHaveLength(3)
})

test('what clients ask before they write is answered: is it there, can it serve, is there a database', async () => {
  const { key } = await makeDevice()
  for (const method of ['GET', 'HEAD']) {
    const { status, headers } = await fetch(`${ingestor.url}/ping`, { method })
    expect([status, headers.get('x-influxdb-version')]).toEqual([204, expect.stringMatching(/^1\.8\./)])
  }
  const health = await fetch(`${ingestor.url}/health`, { headers: { authorization: `Token ${key}` } })
  expect([health.status, await health.json()]).toEqual([200, expect.objectContaining({ name: 'influxdb', status: 'pass' })])
  const ask = async (init: RequestInit, q = '') => {
    const response = await fetch(`${ingestor.url}/query${q && `?${new URLSearchParams({ q })}`}`, init)
    return { status: response.status, body: await response.json() }
  }
  const headers = { authorization: `Basic ${Buffer.from(`any:${key}`).toString('base64')}` }
  const created = { status: 200, body: { results: [{ statement_id: 0 }] } }
  expect(await ask({ method: 'POST', headers, body: new URLSearchParams({ q: 'CREATE DATABASE "telegraf"' }) })).toEqual(created)
  expect(await ask({ method: 'POST', headers }, 'create database "a" WITH DURATION 3d')).toEqual(created)
  expect(await ask({ headers }, 'CREATE DATABASE a')).toEqual(created)
  const refused = { error: 'Only CREATE DATABASE is answered here' }
  for (const q of ['', 'SELECT * FROM "cpu"', 'DROP DATABASE a', 'x CREATE DATABASE a'])
    expect(await ask({ method: 'POST', headers }, q)).toEqual({ status: 400, body: refused })
  expect(await ask({ method: 'POST' }, 'CREATE DATABASE a')).toMatchObject({ status: 401 })
  expect(await ask({ method: 'POST', headers, body: ' '.repeat(9000) })).toMatchObject({ status: 413 })
})

// ASVS 1.5.2
test('whatever comes is a point or a refusal', () => {
  const part = fc.constantFrom('m', ',', '=', ' ', '"', '\\', '\n', '1', 'i', 't', '#', '\0', '\ud800', '-', 'e')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      for (const line of pointsOf(parts.join(''))) expect('point' in line || 'refusal' in line).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('what is written with escapes is read back', () => {
  const name = fc.stringMatching(/^[a-z][a-z ,=é]{0,8}[a-z]$/)
  const escape = (text: string) => text.replace(/[ ,=]/g, '\\$&')
  const pairs = <T>(value: fc.Arbitrary<T>, minLength: number) => fc.array(fc.tuple(name, value), { minLength, maxLength: 5 })
  fc.assert(
    fc.property(
      name,
      pairs(name, 0),
      pairs(fc.double({ noNaN: true, noDefaultInfinity: true }), 1),
      fc.nat(),
      (measurement, tags, fields, time) => {
        const head = [escape(measurement), ...tags.map(([key, value]) => `${escape(key)}=${escape(value)}`)].join(',')
        const line = `${head} ${fields.map(([key, value]) => `${escape(key)}=${value}`).join(',')} ${time}`
        const [read] = [...pointsOf(line)]
        expect(read).toMatchObject({
          point: { measurement, tags, fields: fields.map(([key, value]) => [key, value + 0]), time: String(time) },
        })
      },
    ),
  )
})
