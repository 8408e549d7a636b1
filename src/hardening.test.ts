import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { openIngestor } from '../ingestor/server'
import { app } from './app'
import { limits } from './core/limits'
import { problem, registered, send, signedIn, within } from './testing/api'
import { type Schema, directives, expectHardened, foreignBodies, unbounded } from './testing/hardened'
import { startApi } from './testing/process'
import { auditLog } from './core/schema'

const everyRoute = app.routes.filter(({ method, path }) => method !== 'OPTIONS' && !path.startsWith('/api/ws'))
const concrete = (path: string) => path.replace(/:\w+/g, Bun.randomUUIDv7()).replace('*', 'x')
const named = everyRoute.map((route) => [`${route.method} ${route.path}`, route] as const)

let api: Awaited<ReturnType<typeof startApi>>
let ingestor: ReturnType<typeof openIngestor>
// As it stands behind a proxy that speaks https, so that what depends on that is seen too.
beforeAll(async () => {
  api = await startApi({ API_PUBLIC_URL: 'https://cloud.test', ALLOW_ORIGINS: 'https://console.test' })
  ingestor = openIngestor({ databaseUrl: Bun.env.DATABASE_INGEST_URL!, port: 0, hostname: '127.0.0.1' })
})
afterAll(async () => {
  await api.stop()
  await ingestor.stop()
})
const ask = (path: string, init: RequestInit = {}) => fetch(`${api.url}${path}`, { redirect: 'manual', ...init })

const json = { 'content-type': 'application/json' }
describe('every answer', () => {
  // ASVS 3.2.1, 3.4.3, 3.4.4, 3.4.5, 3.4.6, 4.1.1, 14.3.2, 14.2.2
  test.each(named)('%s is hardened and kept by no cache, refused or not', async (_, { method, path }) => {
    const { headers } = await signedIn()
    const strange = await send(method, concrete(path), { body: method === 'GET' ? undefined : {} })
    const known = await send(method, concrete(path), { headers, body: method === 'GET' ? undefined : {} })
    for (const reply of [strange, known]) {
      expectHardened(reply)
      if ((await reply.text()) !== '')
        expect(reply.headers.get('content-type')).toMatch(/^(application\/(problem\+)?json|text\/html|text\/css|image\/|text\/javascript)/)
      if (path.startsWith('/api/v1')) expect(reply.headers.get('cache-control')).toBe('no-store')
    }
  })

  // ASVS 3.4.1, 3.4.3, 3.4.4, 3.4.5, 3.4.6, 3.2.1, 4.4.1, 12.2.1
  test('of a served API, its pages, its files and its errors included, holds the browser to https for a year', async () => {
    const { headers } = await signedIn()
    const [page, docs] = [await ask('/'), await ask('/api/docs')]
    const html = await page.text()
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file!)
    const paths = ['/devices/x', '/assets/nothing.js', '/api/v1/nothing', '/healthz', '/readyz', '/api/docs/json', ...files]
    const replies = await Promise.all(paths.map((path) => ask(path, { headers })))
    expect(files.length).toBeGreaterThan(3)
    for (const reply of [page, docs, ...replies]) {
      expectHardened(reply)
      expect(reply.headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
    }
    for (const reply of [page, docs]) {
      expect(reply.headers.get('content-type')).toBe('text/html;charset=utf-8')
      expect(directives(reply)).toMatchObject({ 'script-src': "'self'", 'connect-src': "'self' wss://cloud.test" })
    }
    // All scripts are files of ours: nothing in the page itself would have to be allowed.
    expect(html).not.toMatch(/<script(?![^>]*\ssrc="\/)|\son\w+=|javascript:/i)
  })

  // ASVS 3.4.4, 3.4.6, 4.1.1, 14.3.2
  test('of the ingestor likewise', async () => {
    const replies = await Promise.all([
      fetch(`${ingestor.url}/healthz`),
      fetch(`${ingestor.url}/readyz`),
      fetch(`${ingestor.url}/nothing`),
      fetch(`${ingestor.url}/v1/ingest`),
      fetch(`${ingestor.url}/v1/ingest`, { method: 'POST', body: '[]' }),
    ])
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 404, 405, 401])
    for (const reply of replies) {
      expectHardened(reply)
      expect(reply.headers.get('cache-control')).toBe('no-store')
    }
  })

  // ASVS 3.7.2, 4.1.2
  test('stays here: no address that is asked for sends a browser elsewhere, over plain http neither', async () => {
    const { headers } = await signedIn()
    const paths = [
      '//evil.example/',
      '/\\evil.example',
      '/%2f%2fevil.example',
      '/?next=https://evil.example',
      '/sign-in?next=//evil.example',
      '/api/v1/me/',
      '/api//v1/me',
    ]
    for (const path of paths) {
      const reply = await ask(path, {
        headers: { ...headers, host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
      })
      expect([path, reply.headers.get('location'), reply.status < 300 || reply.status === 404]).toEqual([path, null, true])
      expect(await reply.text()).not.toContain('evil.example')
    }
  })
})

describe('origins', () => {
  const origins = [
    'https://evil.example',
    'https://console.test.evil.example',
    'https://evilconsole.test',
    'http://console.test',
    'https://console.test:444',
    'https://CONSOLE.test',
    'null',
    '*',
  ]

  // ASVS 3.4.2
  test.each(origins)('%s is not on the list, and caches in between are told that answers differ', async (origin) => {
    const { headers } = await signedIn()
    const preflight = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    const replies = [
      await ask('/api/v1/me', { headers: { ...headers, origin } }),
      await ask('/api/v1/me', { method: 'OPTIONS', headers: preflight }),
    ]
    for (const reply of replies) {
      expect(reply.headers.get('access-control-allow-origin')).toBeNull()
      expect(reply.headers.get('access-control-allow-credentials')).toBeNull()
      expect(reply.headers.get('vary')).toContain('Origin')
    }
  })

  // ASVS 3.5.1, 3.5.2
  test.each([...origins, 'http://cloud.test', 'http://127.0.0.1'])(
    '%s may not use the session cookie, whatever is in it',
    async (origin) => {
      for (const path of ['/api/v1/auth/refresh', '/api/v1/auth/logout', '/api/v1/auth/login']) {
        const body = JSON.stringify({ email: 'a@b.example', password: 'x' })
        const reply = await ask(path, { method: 'POST', body, headers: { ...json, origin, cookie: '__Host-monozu_refresh=x' } })
        expect([path, reply.status, (await problem(reply)).error]).toEqual([path, 403, 'forbidden_origin'])
      }
    },
  )

  // ASVS 3.5.2, 2.2.2
  const changing = named.filter(([, { method }]) => !['GET', 'WS'].includes(method))
  test.each(changing)('%s takes no form: what a foreign page can send without asking is none of ours', async (_, { method, path }) => {
    const { headers } = await signedIn()
    for (const type of foreignBodies) {
      const init = { method, body: '{"name":"x"}', headers: { ...headers, 'content-type': type } }
      const reply = await app.handle(new Request(`http://localhost${concrete(path)}`, init))
      expect([type, reply.status, (await problem(reply)).error]).toEqual([type, 415, 'unsupported_media_type'])
    }
  })
})

describe('a body', () => {
  // ASVS 1.1.1, 1.5.2
  test.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'nothing'])('in %s is not inflated', async (encoding) => {
    const { headers } = await signedIn()
    const body = Bun.gzipSync(JSON.stringify({ name: 'x', permissions: [] }))
    const reply = await ask('/api/v1/groups', { method: 'POST', body, headers: { ...headers, ...json, 'content-encoding': encoding } })
    expect([reply.status, (await problem(reply)).error]).toEqual([415, 'unsupported_encoding'])
  })

  // ASVS 2.4.1, 15.2.2
  test('has so many levels and so many members, and no more', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const command = (args: string) =>
      ask(`/api/v1/devices/${device.device_id}/commands`, {
        method: 'POST',
        body: `{"type":"ping","arguments":${args}}`,
        headers: { ...client.headers, ...json },
      }).then(({ status }) => status)
    const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`
    const listed = (members: number) => `{"a":[${Array(members).fill('1').join()}]}`
    const keyed = (members: number) =>
      JSON.stringify({ a: Object.fromEntries(Array.from({ length: members }, (_, index) => [`k${index}`, 1])) })
    expect(await Promise.all([nested(limits.bodyDepth - 3), listed(limits.bodyMembers), keyed(limits.bodyMembers)].map(command))).toEqual([
      201, 201, 201,
    ])
    const beyond = [nested(limits.bodyDepth), listed(limits.bodyMembers + 1), keyed(limits.bodyMembers + 1)]
    expect(await Promise.all(beyond.map(command))).toEqual([422, 422, 422])
  })
})

describe('what is sent', () => {
  // ASVS 2.2.1, 2.2.2, 1.3.3, 15.3.5
  test('is described for every route that takes something, with a limit on each text and list', () => {
    const faults = app.routes.flatMap(({ method, path, hooks }) => {
      const { body, query, params } = hooks as { body?: Schema; query?: Schema; params?: Schema }
      return [body, query, params].flatMap((schema) => unbounded(schema).map((where) => `${method} ${path} ${where}`))
    })
    expect(faults).toEqual([])
    expect(unbounded({ properties: { a: { type: 'array', items: { type: 'string' } } } })).toEqual(['/a', '/a/-'])
    expect(app.routes.filter(({ hooks }) => (hooks as { body?: Schema }).body?.properties).length).toBeGreaterThan(15)
  })

  // ASVS 15.3.1, 2.2.2
  test('and what is answered: each route names the fields it tells, and tells no others', () => {
    const isData = (path: string) => path.startsWith('/api/v1') && !path.includes('/exports/')
    const data = app.routes.filter(({ path, method }) => isData(path) && method !== 'OPTIONS')
    // Without a schema nothing is told at all (204, a redirect); an export's columns are those that it names.
    const silent = data.filter(
      ({ hooks, handler }) => !(hooks as { response?: unknown }).response && !/\b204\b|\.redirect\(/.test(String(handler)),
    )
    expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  // ASVS 15.3.7
  test('twice where once is meant is one value by one rule, or refused', async () => {
    const { headers } = await signedIn()
    const two = async (query: string) => ask(`/api/v1/groups?${query}`, { headers })
    expect((await two('limit=1&limit=9999')).status).toBe(422)
    expect((await two('limit=9999&limit=1')).status).toBe((await two('limit=1&limit=1')).status)
    const body = '{"name":"first","permissions":[],"name":"second"}'
    const made = await ask('/api/v1/groups?name=third', { method: 'POST', body, headers: { ...headers, ...json, name: 'fourth' } })
    expect(await made.json()).toMatchObject({ name: 'second' })
  })
})

describe('methods', () => {
  // ASVS 13.4.4
  test('TRACE echoes nothing, CONNECT leads nowhere', async () => {
    const { reply, closed } = await raw(
      'TRACE /api/v1/me HTTP/1.1\r\nHost: localhost\r\nCookie: secret=canary\r\nConnection: close\r\n\r\n',
    )
    expect([closed, reply.includes('404'), reply.includes('canary')]).toEqual([true, true, false])
    expect((await raw('CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).reply).not.toContain('200')
  })

  // ASVS 3.5.3, 4.1.3
  test('no header or parameter turns one method into another', async () => {
    const client = await signedIn()
    const group = (await client.api.groups.post({ name: 'Kept', permissions: [] })).data!.id
    const names = ['x-http-method-override', 'x-http-method', 'x-method-override']
    for (const method of ['GET', 'POST'])
      for (const name of names)
        await ask(`/api/v1/groups/${group}?_method=DELETE`, { method, headers: { ...client.headers, [name]: 'DELETE' } })
    expect((await client.api.groups({ id: group }).get()).status).toBe(200)
  })

  // ASVS 3.5.3
  test('HEAD changes nothing: it is read like GET, and leases no command that it could not tell', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const command = (await client.api.devices({ id: device.device_id }).commands.post({ type: 'ping' })).data!
    const audits = () => within(client.tenant_id, async ({ tx, own }) => (await tx.select().from(auditLog).where(own(auditLog))).length)
    const before = await audits()
    for (const { path } of everyRoute.filter(({ method }) => method === 'GET')) {
      const headers = path === '/api/v1/commands' ? device.headers : client.headers
      const reply = await ask(concrete(path), { method: 'HEAD', headers })
      expect([path, reply.status < 500, await reply.text()]).toEqual([path, true, ''])
    }
    const seen = (await client.api.devices({ id: device.device_id }).commands.get({ query: {} })).data!.items
    expect(seen).toMatchObject([{ id: command.id, state: 'queued', attempts: 0 }])
    expect(await audits()).toBe(before)
  })
})

// ASVS 15.2.2
test('HEAD on a download takes no place that it would never leave', async () => {
  const client = await signedIn()
  const made = await send('POST', '/api/v1/audit/exports', { headers: client.headers, body: {} })
  const path = `/api/v1/audit/exports/${((await made.json()) as { id: string }).id}`
  for (let round = 0; round <= limits.exportsAtOnce; round += 1)
    expect((await ask(path, { method: 'HEAD', headers: client.headers })).status).toBe(405)
  expect((await ask(path, { headers: client.headers })).status).toBe(200)
})

/** What comes back for these bytes, until the server closes or has said nothing more for long. */
const raw = (text: string) =>
  new Promise<{ reply: string; closed: boolean }>((resolve) => {
    let reply = ''
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write(text))
    socket.setTimeout(3000, () => (resolve({ reply, closed: false }), socket.destroy()))
    socket.on('data', (chunk) => (reply += String(chunk)))
    socket.on('error', () => {})
    socket.on('close', () => resolve({ reply, closed: true }))
  })

describe('a message whose end could be read in two ways', () => {
  const smuggled = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const post = (headers: string, body: string) =>
    `POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`
  // ASVS 4.2.1
  test.each([
    ['a length and chunks', post('Content-Length: 4\r\nTransfer-Encoding: chunked', `2\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 4', `2\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['two lengths', post('Content-Length: 2\r\nContent-Length: 40', `{}${smuggled}`)],
    ['a length that is none', post('Content-Length: 0x2', `{}${smuggled}`)],
    ['a signed length', post('Content-Length: +2', `{}${smuggled}`)],
    ['a negative length', post('Content-Length: -1', `{}${smuggled}`)],
    ['another transfer coding', post('Transfer-Encoding: xchunked', `2\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['chunks that are not last', post('Transfer-Encoding: chunked, identity', `2\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['a chunk size that is none', post('Transfer-Encoding: chunked', `0x2\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['white space before the colon', post('Content-Length : 2', `{}${smuggled}`)],
    ['a folded line', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n${smuggled}`],
    ['a NUL in a header', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\0c\r\n\r\n${smuggled}`],
    ['no host', `GET /healthz HTTP/1.1\r\n\r\n${smuggled}`],
  ])('%s: refused, the connection closed, nothing behind it answered', async (_, text) => {
    const { reply, closed } = await raw(text)
    expect([closed, reply.startsWith('HTTP/1.1 400'), reply.includes('"status":"ok"')]).toEqual([true, true, false])
  })
})
