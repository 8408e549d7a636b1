import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { limits } from '../core/limits'
import { problem } from '../testing/api'
import { type Schema, directives, expectHardened, foreignBodies, unbounded } from '../testing/hardened'
import { askManagement, staffSignedIn } from '../testing/management'
import { owner } from '../testing/owner'
import { startManagement } from '../testing/process'
import { managementApp } from './app'

// The Management plane under the laws of the Cloud (src/hardening.test.ts), by its own route table.

const everyRoute = managementApp.routes.filter(({ method }) => method !== 'OPTIONS')
const named = everyRoute.map((route) => [`${route.method} ${route.path}`, route] as const)
const concrete = (path: string) => path.replace(/:\w+/g, Bun.randomUUIDv7()).replace('*', 'x')

let served: Awaited<ReturnType<typeof startManagement>>
beforeAll(async () => {
  served = await startManagement({ API_PUBLIC_URL: 'https://management.test', ALLOW_ORIGINS: 'https://desk.test' })
})
afterAll(async () => void (await served.stop()))
const ask = (path: string, init: RequestInit = {}) => fetch(`${served.url}${path}`, { redirect: 'manual', ...init })
const json = { 'content-type': 'application/json' }

describe('every answer', () => {
  // ASVS 3.2.1, 3.4.3, 3.4.4, 3.4.5, 3.4.6, 4.1.1, 14.3.2
  test.each(named)('%s is hardened and kept by no cache, refused or not', async (_, { method, path }) => {
    const { headers } = await staffSignedIn()
    const body = method === 'GET' ? undefined : {}
    for (const reply of [
      await askManagement(method, concrete(path), { body }),
      await askManagement(method, concrete(path), { headers, body }),
    ]) {
      expectHardened(reply)
      if ((await reply.text()) !== '')
        expect(reply.headers.get('content-type')).toMatch(/^(application\/(problem\+)?json|text\/html|text\/css|image\/|text\/javascript)/)
      if (path.startsWith('/api/v1')) expect(reply.headers.get('cache-control')).toBe('no-store')
    }
  })

  // ASVS 3.4.1, 3.4.3, 12.2.1
  test('of the served program, its pages, files and errors included, holds the browser to https for a year', async () => {
    const [page, docs] = [await ask('/'), await ask('/api/docs')]
    const html = await page.text()
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file!)
    expect(files.length).toBeGreaterThan(3)
    const paths = ['/tenants/x', '/assets/nothing.js', '/api/v1/nothing', '/healthz', '/readyz', '/api/docs/json', ...files]
    for (const reply of [page, docs, ...(await Promise.all(paths.map((path) => ask(path))))]) {
      expectHardened(reply)
      expect(reply.headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
    }
    for (const reply of [page, docs]) expect(directives(reply)).toMatchObject({ 'script-src': "'self'" })
    expect(html).not.toMatch(/<script(?![^>]*\ssrc="\/)|\son\w+=|javascript:/i)
  })

  // ASVS 3.7.2, 4.1.2
  test('stays here: no address that is asked for sends a browser elsewhere', async () => {
    for (const path of ['//evil.example/', '/\\evil.example', '/%2f%2fevil.example', '/?next=https://evil.example', '/api/v1/me/']) {
      const reply = await ask(path, { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' } })
      expect([path, reply.headers.get('location')]).toEqual([path, null])
      expect(await reply.text()).not.toContain('evil.example')
    }
  })

  // ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4
  test('names its cookie for this host alone, for no script and no foreign page', async () => {
    const cookies = (await ask('/api/v1/auth/logout', { method: 'POST', body: '{}', headers: json })).headers.getSetCookie()
    expect(cookies).toHaveLength(1)
    const [pair, ...attributes] = cookies[0]!.split('; ')
    expect(pair).toStartWith('__Host-')
    expect(attributes).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'Path=/', 'SameSite=Strict']))
  })
})

describe('origins', () => {
  const origins = [
    'https://evil.example',
    'https://management.test.evil.example',
    'http://management.test',
    'https://cloud.test',
    'null',
    '*',
  ]

  // ASVS 3.4.2, 3.5.1, 3.5.2
  test.each(origins)('%s is not on the list: it reads nothing, and may not use the session cookie', async (origin) => {
    const { headers } = await staffSignedIn()
    const preflight = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    for (const reply of [
      await ask('/api/v1/me', { headers: { ...headers, origin } }),
      await ask('/api/v1/me', { method: 'OPTIONS', headers: preflight }),
    ]) {
      expect(reply.headers.get('access-control-allow-origin')).toBeNull()
      expect(reply.headers.get('access-control-allow-credentials')).toBeNull()
      expect(reply.headers.get('vary')).toContain('Origin')
    }
    for (const path of ['login', 'refresh', 'logout', 'mfa/verify', 'mfa/enrol', 'mfa/enrol/confirm']) {
      const body = JSON.stringify({ email: 'a@b.example', password: 'x', session_token: 'x', totp_code: '123456' })
      const reply = await ask(`/api/v1/auth/${path}`, {
        method: 'POST',
        body,
        headers: { ...json, origin, cookie: '__Host-monozu_staff_refresh=x' },
      })
      expect([path, reply.status, (await problem(reply)).error]).toEqual([path, 403, 'forbidden_origin'])
    }
  })

  // ASVS 3.5.2, 2.2.2
  const changing = named.filter(([, { method }]) => method !== 'GET')
  test.each(changing)('%s takes no form, and nothing that would have to be inflated', async (_, { method, path }) => {
    const { headers } = await staffSignedIn()
    const post = async (more: Record<string, string>) => {
      const init = { method, body: '{"name":"x"}', headers: { ...headers, ...more } }
      const reply = await managementApp.handle(new Request(`http://localhost${concrete(path)}`, init))
      return [reply.status, (await problem(reply)).error]
    }
    for (const type of foreignBodies) expect(await post({ 'content-type': type })).toEqual([415, 'unsupported_media_type'])
    for (const encoding of ['gzip', 'br', 'nothing'])
      expect(await post({ ...json, 'content-encoding': encoding })).toEqual([415, 'unsupported_encoding'])
  })
})

describe('what is sent', () => {
  // ASVS 2.2.1, 2.2.2, 1.3.3, 15.3.5
  test('is described for every route that takes something, with a limit on each text and list', () => {
    const faults = managementApp.routes.flatMap(({ method, path, hooks }) => {
      const { body, query, params } = hooks as { body?: Schema; query?: Schema; params?: Schema }
      return [body, query, params].flatMap((schema) => unbounded(schema).map((where) => `${method} ${path} ${where}`))
    })
    expect(faults).toEqual([])
    const undescribed = everyRoute.filter(({ path, hooks }) => path.includes(':') && !(hooks as { params?: Schema }).params)
    expect(undescribed.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  // ASVS 15.3.1
  test('and what is answered: each route names the fields it tells', () => {
    const silent = everyRoute.filter(
      ({ path, hooks, handler }) =>
        /^\/(api\/v1|internal)/.test(path) &&
        !(hooks as { response?: unknown }).response &&
        !/\b20[24]\b|\.redirect\(|\b(lead|comeBack)\(/.test(String(handler)),
    )
    expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  // ASVS 2.4.1, 15.2.2
  test('has a size, so many levels and so many members, and no more', async () => {
    const { headers } = await staffSignedIn()
    const patch = (body: string) =>
      ask(`/api/v1/plans/${Bun.randomUUIDv7()}`, { method: 'PATCH', body, headers: { ...headers, ...json } }).then(({ status }) => status)
    const nested = `{"a":${'['.repeat(limits.bodyDepth)}${']'.repeat(limits.bodyDepth)}}`
    const listed = `{"a":[${Array(limits.bodyMembers + 1)
      .fill('1')
      .join()}]}`
    expect(await Promise.all(['{"name":"x"}', nested, listed].map(patch))).toEqual([404, 422, 422])
    expect(await patch(`{"name":"${'x'.repeat(limits.bodyBytes)}"}`)).toBe(413)
  })

  // ASVS 1.2.4, 16.5.1
  test('breaks no route, whichever parameter holds it, and is never repeated', async () => {
    const { headers } = await staffSignedIn()
    const reading = everyRoute.filter(({ method, path }) => method === 'GET' && path.startsWith('/api/v1'))
    expect(reading.length).toBeGreaterThan(8)
    for (const { path, hooks } of reading) {
      const names = Object.keys((hooks as { query?: { properties?: object } }).query?.properties ?? {})
      for (const text of [`'; drop table staff; --`, '" onmouseover="x', '</script><script>x</script>', '%00']) {
        const query = names.map((name) => `${name}=${encodeURIComponent(text)}`)
        const reply = await askManagement('GET', `${path.replace(/:\w+/g, encodeURIComponent(text))}?${query.join('&')}`, { headers })
        expect([path, text, reply.status < 500]).toEqual([path, text, true])
        if (reply.status >= 400) expect(await reply.text()).not.toContain(text)
      }
    }
  })
})

describe('methods', () => {
  // ASVS 3.5.3, 4.1.3
  test('HEAD is read like GET and changes nothing; no header turns one method into another', async () => {
    const { headers, id, api } = await staffSignedIn()
    const entries = () => owner`select id from management.audit_entry where actor_id = ${id}`
    const before = (await entries()).length
    for (const { path } of everyRoute.filter(({ method }) => method === 'GET')) {
      const reply = await ask(concrete(path), { method: 'HEAD', headers })
      expect([path, reply.status < 500, await reply.text()]).toEqual([path, true, ''])
    }
    const invitation = (await api['staff-invitations'].post({ email: `${Bun.randomUUIDv7()}@platform.example`, role: 'support' })).data!
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override'])
      await ask(`/api/v1/staff-invitations/${invitation.id}?_method=DELETE`, { method: 'POST', headers: { ...headers, [name]: 'DELETE' } })
    const kept = (await api['staff-invitations'].get()).data!.items.map(({ id }) => id)
    expect(kept).toContain(invitation.id)
    expect((await entries()).length).toBe(before + 1)
  })

  // ASVS 14.2.1
  test('ask for no secret in an address', () => {
    const found = managementApp.routes.flatMap(({ path, hooks }) =>
      Object.keys((hooks as { query?: { properties?: object } }).query?.properties ?? {})
        .filter((name) => /token|secret|password|ticket|\bkey\b/.test(name))
        .map((name) => `${path} ${name}`),
    )
    expect(found).toEqual([])
  })
})
