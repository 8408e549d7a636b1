import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { problem, send, signedIn } from '../testing/api'
import { startApi } from '../testing/process'

const groups = '/api/v1/groups'
const json = { 'content-type': 'application/json' }
type Api = Awaited<ReturnType<typeof startApi>>
let api: Api

// The server as it is started, so that what Bun answers before our code is seen too, and its log as it is written.
beforeAll(async () => void (api = await startApi({ ALLOW_ORIGINS: 'https://console.test' })))
afterAll(async () => void (await api.stop()))

const ask = (path: string, init: RequestInit = {}) => fetch(`${api.url}${path}`, { ...init, signal: AbortSignal.timeout(10_000) })
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', body, headers: { ...json, ...headers } })

describe('every refusal is a problem with a word for programs and an id for support', () => {
  test.each([
    ['GET', '/api/v1/nothing', 404, 'not_found'],
    ['GET', '/api/v1/', 404, 'not_found'],
    ['GET', '/api', 404, 'not_found'],
    ['POST', '/api/v1/nothing', 404, 'not_found'],
    ['PUT', '/api/v1/groups', 404, 'not_found'],
    ['DELETE', '/', 404, 'not_found'],
    ['GET', '/assets/nothing.js', 404, 'not_found'],
    ['GET', '/favicon.png', 404, 'not_found'],
    ['GET', '/api/v1/groups', 401, 'unauthenticated'],
    ['GET', '/api/v1/groups/x', 401, 'unauthenticated'],
    ['POST', '/api/v1/devices/register', 422, 'invalid'],
  ])('%s %s', async (method, path, status, error) => {
    const reply = await ask(path, { method })
    expect([reply.status, reply.headers.get('content-type')]).toEqual([status, 'application/problem+json'])
    const told = await problem(reply)
    expect(told).toMatchObject({
      type: `urn:monozu:problem:${error}`,
      title: expect.any(String),
      status,
      error,
      detail: expect.any(String),
    })
    expect(told.request_id).toBe(reply.headers.get('x-request-id')!)
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
  })

  // ASVS 4.1.3
  test('an id that a stranger brought is not taken over: only a trusted proxy may name a request', async () => {
    const reply = await ask('/api/v1/me', { headers: { 'x-request-id': 'request-0001' } })
    expect(reply.headers.get('x-request-id')).not.toBe('request-0001')
  })
})

describe('a body', () => {
  // ASVS 2.2.1
  test('that does not fit is told so field by field, each once, in a sentence that repeats nothing of it', async () => {
    const { headers } = await signedIn()
    const told = async (path: string, body: unknown) => {
      const reply = await post(path, JSON.stringify(body), headers)
      return Object.fromEntries((await problem(reply)).errors!.map(({ path: field, message }) => [field, message]))
    }
    const required = 'is required'
    expect(await told('/api/v1/users', {})).toEqual({
      '/email': required,
      '/name': required,
      '/group_ids': required,
      '/org_unit_scope': required,
    })
    const bad = { email: 'canary', name: 'x'.repeat(201), group_ids: ['canary'], org_unit_scope: 'canary' }
    expect(await told('/api/v1/users', bad)).toEqual({
      '/email': 'must be an e-mail address',
      '/name': 'must have at most 200 characters',
      '/group_ids/0': 'does not have the form that is wanted here',
      '/org_unit_scope': 'is not a value that is wanted here',
    })
    expect(await told(groups, { name: ' ', permissions: Array(201).fill('canary') })).toMatchObject({ '/name': required })
    const key = '/api/v1/settings/edge-registration-keys'
    expect(await told(key, { label: 'x', use_limit: 0 })).toEqual({ '/use_limit': 'must be a whole number from 1 to 1000000' })
    expect(await told('/api/v1/me/mfa/confirm', { totp_code: 'canary' })).toEqual({
      '/totp_code': 'does not have the form that is wanted here',
    })
  })

  // ASVS 1.5.2
  test.each(['{', '{"name":', '[1,', 'x', '{"name":"a"}}', "{'name':'a'}", '{"name":NaN}', '\u0000', '\ufeff{', '"', '{"a":1e999,}'])(
    'that is no JSON is a 400: %j',
    async (body) => {
      const { headers } = await signedIn()
      const reply = await post(groups, body, headers)
      expect([reply.status, (await problem(reply)).error]).toEqual([400, 'malformed'])
    },
  )

  test.each([
    'null',
    '1',
    'true',
    '"text"',
    '[]',
    '[{"name":"a","permissions":[]}]',
    '{"name":{},"permissions":[]}',
    '{"name":["a"],"permissions":[]}',
    '{"name":true,"permissions":[]}',
  ])('that is something else is a 422: %s', async (body) => {
    const { headers } = await signedIn()
    const reply = await post(groups, body, headers)
    expect([reply.status, (await problem(reply)).error]).toEqual([422, 'invalid'])
  })

  test('is told all its faults at once, each with its path', async () => {
    const { headers } = await signedIn()
    const reply = await post('/api/v1/users', JSON.stringify({ email: 'x', name: '', group_ids: [1, 'x'], org_unit_scope: 'all' }), headers)
    const paths = (await problem(reply)).errors!.map(({ path }) => path)
    for (const path of ['/email', '/name', '/group_ids/0', '/group_ids/1']) expect(paths).toContain(path)
  })

  // ASVS 1.3.3
  test('with a NUL in its text is refused, wherever the text goes', async () => {
    const { headers } = await signedIn()
    const nul = 'a\u0000b'
    const refused = await Promise.all([
      post(groups, JSON.stringify({ name: nul, permissions: [] }), headers),
      post(groups, JSON.stringify({ name: 'a', description: nul, permissions: [] }), headers),
      post('/api/v1/org-units', JSON.stringify({ name: nul }), headers),
      ask(`${groups}?search=${encodeURIComponent(nul)}`, { headers }),
      ask(`/api/v1/audit?search=%00&action=%00`, { headers }),
      ask(`/api/v1/devices?search=%00&type=%00`, { headers }),
    ])
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 422))
    const signIn = await Promise.all([
      post('/api/v1/auth/login', JSON.stringify({ email: nul, password: 'x' })),
      post('/api/v1/auth/login', JSON.stringify({ email: 'nobody@test.example', password: nul })),
    ])
    expect(signIn.map(({ status }) => status)).toEqual([422, 401])
  })

  test('with lone surrogates or odd letters does no harm', async () => {
    const { headers, api: client } = await signedIn()
    const reply = await post(groups, '{"name":"\\ud800 \\u202e\\u0001 \u{1f600}","permissions":[]}', headers)
    expect([201, 422]).toContain(reply.status)
    expect((await client.groups.get({ query: {} })).status).toBe(200)
  })

  // ASVS 15.3.6, 15.3.3
  test('with __proto__ and its like changes no prototype and grants nothing', async () => {
    const { headers } = await signedIn(['settings.groups.read', 'settings.groups.create'])
    const bodies = [
      '{"__proto__":{"name":"x","permissions":["audit.read"]}}',
      '{"name":"a","permissions":[],"__proto__":{"built_in":"admin","permissions":["*"]}}',
      '{"name":"b","permissions":[],"constructor":{"prototype":{"polluted":true}}}',
      '{"name":"c","permissions":{"__proto__":[]}}',
      '{"name":"d","permissions":[],"tenant_id":"x","id":"x","built_in":"admin","version":7}',
    ]
    const replies = await Promise.all(bodies.map((body) => post(groups, body, headers)))
    expect(replies.map(({ status }) => status)).toEqual([422, 201, 201, 422, 201])
    for (const reply of replies.filter(({ ok }) => ok)) expect(await reply.json()).toMatchObject({ built_in: null, permissions: [] })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    const query = await ask(`${groups}?__proto__[admin]=1&constructor=1&search=x`, { headers })
    expect(query.status).toBe(200)
  })

  // ASVS 15.2.2
  test('that is nested a thousand deep or wide is answered quickly', async () => {
    const { headers } = await signedIn()
    const deep = `${'{"name":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    const wide = JSON.stringify({ name: 'a', permissions: Array.from({ length: 50_000 }, () => 'alerts.read') })
    const started = performance.now()
    const replies = await Promise.all([
      post(groups, deep, headers),
      post(groups, '['.repeat(100_000), headers),
      post(groups, wide, headers),
    ])
    for (const { status } of replies) expect([400, 422]).toContain(status)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  // ASVS 5.2.1
  test('above 1 MiB is refused with 413, told or untold how long', async () => {
    const { headers } = await signedIn()
    const from = { origin: 'https://console.test' }
    const name = (length: number) => JSON.stringify({ name: 'x'.repeat(length), permissions: [] })
    const told = await post(groups, name(1_100_000), { ...headers, ...from })
    expect([told.status, (await problem(told)).error]).toEqual([413, 'too_large'])
    // As every answer: the page that sent it can read why.
    expect(told.headers.get('access-control-allow-origin')).toBe(from.origin)
    expect(told.headers.get('x-content-type-options')).toBe('nosniff')

    const untold = (text: string, times: number) => {
      let left = times
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(text))
          left -= 1
          if (!left) controller.close()
        },
      })
      return ask(groups, { method: 'POST', body, headers: { ...json, ...headers } }).then(
        async (reply) => [reply.status, (await problem(reply)).error],
        () => ['closed'],
      )
    }
    expect([['closed'], [413, 'too_large']]).toContainEqual(await untold('x'.repeat(100_000), 300))
    expect(await untold('{"name":', 1)).toEqual([400, 'malformed'])
    expect(await untold('{"name":"","permissions":[]}', 1)).toEqual([422, 'invalid'])
    expect((await ask('/healthz')).status).toBe(200)
  })
})

// ASVS 5.3.2, 13.4.3
test('an address that cannot be decoded is no error of ours', async () => {
  const { headers } = await signedIn()
  for (const path of [
    '/%E0%A4%A',
    '/%00',
    '/api/v1/groups/%E0%A4%A',
    '/api/v1/groups/%FF',
    '/api/v1/groups?search=%E0%A4%A',
    '/api/v1/groups?limit=%',
    '/..%2f..%2fetc%2fpasswd',
    '//',
    '/a//b',
  ]) {
    const reply = await ask(path, { headers })
    expect([path, reply.status < 500]).toEqual([path, true])
    expect(await reply.text()).not.toContain('root:')
  }
})

test('headers above the limit are refused, those below it are read', async () => {
  expect((await ask('/healthz', { headers: { 'x-long': 'x'.repeat(40_000) } })).status).toBe(200)
  expect((await ask('/healthz', { headers: { cookie: `big=${'x'.repeat(40_000)}` } })).status).toBe(200)
  expect((await ask('/healthz', { headers: { 'x-long': 'x'.repeat(80_000) } })).status).toBe(431)
})

// ASVS 3.4.2
test('only origins on the list may read answers', async () => {
  const foreign = await ask('/api/v1/me', { headers: { origin: 'https://evil.example' } })
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  const own = await ask('/api/v1/me', {
    method: 'OPTIONS',
    headers: { origin: 'https://console.test', 'access-control-request-method': 'POST' },
  })
  expect([own.status, own.headers.get('access-control-allow-origin'), own.headers.get('vary')]).toEqual([
    204,
    'https://console.test',
    'Origin',
  ])
})

// ASVS 16.2.5, 16.4.1, 16.5.1, 16.2.4
test('what was submitted is told again neither in answers nor in the log', async () => {
  const canary = 'canary-5eb63bbbe01eeed0'
  const { headers, token } = await signedIn()
  const body = (value: unknown) => JSON.stringify(value)
  const replies = await Promise.all([
    post('/api/v1/auth/login', body({ email: `${canary}@test.example`, password: canary })),
    post('/api/v1/auth/login', body({ email: canary, password: { canary } })),
    post('/api/v1/auth/login', body({ email: 7, password: canary, [canary]: 1 })),
    post('/api/v1/auth/login', `{"password":"${canary}"`),
    post('/api/v1/auth/login', canary, { 'content-type': `text/${canary}` }),
    post('/api/v1/auth/refresh', '{}', { cookie: `monozu_refresh=${canary}` }),
    post('/api/v1/auth/refresh', '{}', { origin: `https://${canary}.example` }),
    post(groups, body({ name: { canary }, permissions: [canary], description: canary.repeat(50) }), headers),
    post(groups, body({ name: 'x', permissions: [canary] }), headers),
    post('/api/v1/users', body({ email: canary, name: canary, group_ids: [canary], org_unit_scope: canary }), headers),
    post(groups, body({ name: 'x', permissions: [] }), { ...headers, 'idempotency-key': `${canary} ${canary}` }),
    post('/api/v1/devices/register', body({ name: canary, registration_key: canary })),
    ask(`${groups}/${canary}`, { headers }),
    ask(`${groups}?cursor=${canary}&limit=${canary}`, { headers }),
    ask(`/api/v1/nothing/${canary}?token=${canary}`, { headers }),
    ask('/api/v1/me', { headers: { authorization: `Bearer ${canary}` } }),
    ask('/api/v1/commands', { headers: { 'x-device-key': canary } }),
    ask(`/api/ws/security?ticket=${canary}&token=${canary}`, { headers: { upgrade: 'websocket' } }),
    ask('/api/v1/me', { headers: { ...headers, 'x-request-id': `${canary}\u0001`.replace('\u0001', '"') } }),
  ])
  for (const reply of replies) {
    const told = `${await reply.text()} ${[...reply.headers.values()].join(' ')}`
    expect([reply.url.slice(api.url.length, api.url.length + 20), told.includes(canary)]).toEqual([
      reply.url.slice(api.url.length, api.url.length + 20),
      false,
    ])
    expect(reply.status).toBeLessThan(500)
  }
  expect(api.output()).not.toContain(canary)
  expect(api.output()).not.toContain(token)
  expect(api.output()).toContain('/api/v1/auth/login')
  for (const line of api.output().trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow()
})

test('requests in this process are answered alike', async () => {
  expect((await problem(await send('GET', '/api/v1/nothing'))).error).toBe('not_found')
})
