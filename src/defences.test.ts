import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { join, resolve } from 'node:path'
import { Elysia } from 'elysia'
import { moveClock } from './core/clock'
import { errors } from './core/errors'
import { log } from './core/log'
import { requests } from './core/requests'
import { app } from './app'
import { password, withPassword } from './testing/account'
import { problem, send, signedIn } from './testing/api'
import { owner } from './testing/owner'
import { fullPasswordCost } from './testing/password-cost'
import { startApi } from './testing/process'
import { sourcesOf } from './testing/sources'

const root = resolve(import.meta.dir, '..')
let api: Awaited<ReturnType<typeof startApi>>
// Behind one proxy that is trusted, and that speaks https.
beforeAll(async () => void (api = await startApi({ API_PUBLIC_URL: 'https://cloud.test', TRUST_PROXY_HOPS: '1' })))
afterAll(async () => void (await api.stop()))

const login = (email: string, given: string, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/api/v1/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ email, password: given }),
    headers: { 'content-type': 'application/json', ...headers },
  })

describe('cookies', () => {
  // ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4, 10.1.1
  test('over https are for this host alone, for no script and no foreign page, and their value goes no other way', async () => {
    const { email } = await withPassword()
    const reply = await login(email, password)
    const cookies = reply.headers.getSetCookie()
    const body = await reply.text()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) {
      const [pair = '', ...attributes] = cookie.split('; ')
      expect(pair).toStartWith('__Host-')
      expect(attributes).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'Path=/', 'SameSite=Strict']))
      expect(attributes.some((attribute) => attribute.startsWith('Domain'))).toBe(false)
      expect(body).not.toContain(decodeURIComponent(pair.split('=')[1]!))
    }
  })
})

// ASVS 6.2.10
test('a password stays good however old it is: nobody is made to change it', async () => {
  const { email } = await withPassword()
  moveClock(400 * 86_400_000)
  try {
    expect((await send('POST', '/api/v1/auth/login', { body: { email, password } })).status).toBe(200)
  } finally {
    moveClock(0)
  }
})

describe('the address of a caller', () => {
  // ASVS 4.1.3, 15.3.4
  test('is what the trusted proxy saw, whatever the caller wrote before it', async () => {
    const { email, tenant_id } = await withPassword()
    const forged = { 'x-forwarded-for': '10.9.8.7, 203.0.113.5', 'x-real-ip': '10.9.8.7', forwarded: 'for=10.9.8.7' }
    expect((await login(email, password, forged)).status).toBe(200)
    const rows = await owner`select distinct address from audit_log where tenant_id = ${tenant_id} and address is not null`
    expect(rows.map(({ address }) => address as string)).toEqual(['203.0.113.5'])
  })
})

describe('text that means something elsewhere', () => {
  const odd = [
    `'; drop table access_group; --`,
    `" onmouseover="x`,
    '</script><script>x</script>',
    '%',
    '_',
    '\\',
    '${7*7}{{7*7}}',
    '$(id)`id`',
    '.*',
    '=1+1',
  ]

  // ASVS 1.1.2, 1.2.3, 1.2.4, 1.2.9, 1.3.7
  test('is kept, found and told as it was, and nothing but what was asked for is found', async () => {
    const { api: client, headers } = await signedIn()
    for (const name of odd)
      expect((await client['service-accounts'].post({ name: `x${name}x`, group_ids: [], org_unit_scope: 'all' })).status).toBe(201)
    for (const name of odd) {
      const reply = await send('GET', `/api/v1/service-accounts?search=${encodeURIComponent(`x${name}x`)}`, { headers })
      const { items } = (await reply.json()) as { items: { name: string }[] }
      expect(items.map((item) => item.name)).toEqual([`x${name}x`])
    }
  })

  // ASVS 1.2.4, 16.5.1
  test('breaks no route, whichever parameter holds it', async () => {
    const { headers } = await signedIn()
    const reading = app.routes.filter(({ method, path }) => method === 'GET' && path.startsWith('/api/v1') && !path.includes('ws'))
    expect(reading.length).toBeGreaterThan(20)
    for (const { path, hooks } of reading) {
      const names = Object.keys((hooks as { query?: { properties?: object } }).query?.properties ?? {})
      for (const text of odd.slice(0, 4)) {
        const query = names.filter((name) => name !== 'wait').map((name) => `${name}=${encodeURIComponent(text)}`)
        const reply = await send('GET', `${path.replace(/:\w+/g, encodeURIComponent(text))}?${query.join('&')}`, { headers })
        expect([path, text, reply.status < 500]).toEqual([path, text, true])
      }
    }
  })

  // ASVS 1.4.2
  test.each(['1e308', '9007199254740993', '99999999999999999999', '-1', '0', '1.5', 'NaN', 'Infinity', '201'])(
    'a number that is out of range is refused: %s',
    async (limit) => {
      const { headers } = await signedIn()
      const reply = await send('GET', `/api/v1/groups?limit=${limit}`, { headers })
      expect([reply.status, (await problem(reply)).error]).toEqual([422, 'invalid'])
    },
  )
})

// ASVS 16.3.4, 16.5.1, 16.5.3
test('what goes wrong unexpectedly is logged with its place, and told to nobody', async () => {
  const written = spyOn(log, 'error').mockImplementation(() => {})
  const failing = new Elysia()
    .use(requests)
    .use(errors)
    .get('/', () => {
      throw new TypeError('select secret_canary from somewhere')
    })
  const reply = await failing.handle(new Request('http://localhost/'))
  const [entry] = written.mock.calls[0] as unknown as [{ request_id: string; error: { name: string; stack: string[] } }]
  written.mockRestore()
  expect(reply.status).toBe(500)
  const told = await reply.text()
  expect(told).not.toMatch(/canary|TypeError|at .*\.ts/)
  expect(told).toContain(entry.request_id)
  expect(entry.error).toMatchObject({ name: 'TypeError', stack: expect.arrayContaining([expect.stringContaining('defences.test.ts')]) })
  expect(JSON.stringify(entry)).not.toContain('canary')
})

// ASVS 16.2.2, 16.2.4
test('every line of the log is JSON and has its time in UTC', async () => {
  await login('nobody@test.example', 'not the password at all')
  const lines = api.output().trim().split('\n')
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect((JSON.parse(line) as { at: string }).at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

describe('what is deployed', () => {
  // ASVS 13.4.1, 13.4.3, 13.4.5
  test.each([
    '/.git/HEAD',
    '/.git/config',
    '/.env',
    '/.well-known/x',
    '/assets/',
    '/assets',
    '/package.json',
    '/src/app.ts',
    '/debug/pprof.txt',
    '/server-status.html',
  ])('has no %s to give', async (path) => expect((await fetch(`${api.url}${path}`)).status).toBe(404))

  // ASVS 13.4.1, 13.4.2, 15.2.3
  test('holds no source control, no source map and no test, and runs as for production', async () => {
    expect(await Bun.file(join(root, '.dockerignore')).text()).toMatch(/^\.git$/m)
    expect(await Bun.file(join(root, 'Dockerfile')).text()).toMatch(/^ENV NODE_ENV=production/m)
    expect([...new Bun.Glob('**/*.map').scanSync({ cwd: join(root, 'dist/web') })]).toEqual([])
    const testing = (await sourcesOf(['src', 'ingestor'])).filter(({ text }) => /from '[^']*\/testing[/']|from 'bun:test'/.test(text))
    expect(testing.map(({ file }) => file)).toEqual([])
  })

  // ASVS 6.3.2
  test('has no account that was not made by somebody: migrations add none', async () => {
    const files = [...new Bun.Glob('*.sql').scanSync({ cwd: join(root, 'drizzle') })]
    const texts = await Promise.all(files.map(async (file) => Bun.file(join(root, 'drizzle', file)).text()))
    expect(texts.length).toBeGreaterThan(3)
    for (const text of texts) expect(text).not.toMatch(/insert into "?(app_user|membership|identity|service_account|api_token)"?/i)
  })
})

describe('the source', () => {
  const where = async (pattern: RegExp, folders = ['src', 'ingestor']) =>
    (await sourcesOf(folders)).filter(({ text }) => pattern.test(text)).map(({ file }) => file)

  // ASVS 1.3.6, 13.2.4, 15.3.2
  test('calls the outside from few places, and follows no redirect there', async () => {
    const calling = (await sourcesOf(['src', 'ingestor'])).filter(
      ({ file, text }) =>
        !/^src\/(agent|fleet|up|commands)\//.test(file) && /\bfetch\(|createTransport\(/.test(text.replaceAll('fetch(request', '')),
    )
    for (const { file, text } of calling.filter(({ text }) => /\b(await|return) fetch\(/.test(text)))
      expect([file, /redirect: '(error|manual)'/.test(text)]).toEqual([file, true])
    expect(calling.map(({ file }) => file)).toContain('src/core/mail.ts')
    // Whoever adds a call adds it to docs/security.md ("Calls to the outside") as well.
    const page = (await Bun.file(join(root, 'docs/security.md')).text()).split('## Calls to the outside')[1]!.split('\n## ')[0]!
    for (const { file } of calling) expect(page).toContain(file)
  })

  // ASVS 1.2.5
  test('starts programs by name and list of words, never through a shell', async () => {
    expect(await where(/shell: true|Bun\.\$|\$`|execSync\(|[^.\w]exec\(['"`]|spawn(Sync)?\(['"](sh|bash|cmd)/)).toEqual([])
  })

  // ASVS 6.3.4
  test('opens sessions in one place, so that no way of signing in is weaker than the others', async () => {
    expect(await where(/\.insert\(sessions\)/)).toEqual(['src/identity/auth/service.ts'])
    expect(await where(/[^.\w]signAccess\(\{/)).toEqual(['src/identity/auth/service.ts'])
  })

  // ASVS 16.2.3
  test('writes its log to standard output and nowhere else', async () => {
    expect(await where(/\bpino\(|from 'pino'/)).toEqual(['src/core/log.ts'])
    expect(await Bun.file(join(root, 'src/core/log.ts')).text()).not.toMatch(/transport|destination|multistream/)
  })

  // ASVS 11.2.1, 11.2.3
  test('takes its cryptography from the platform and known libraries', async () => {
    const libraries = (await sourcesOf(['src', 'ingestor'])).flatMap(({ text }) =>
      [...text.matchAll(/from '([^'.][^']*)'/g)].map(([, name]) => name!),
    )
    const cryptographic = new Set(libraries.filter((name) => /crypt|jose|jwt|otp|oauth|openid|hash|sodium|noble/i.test(name)))
    const known = new Set(['@elysiajs/jwt', '@node-rs/bcrypt', 'jose', 'node:crypto', 'openid-client', 'otpauth'])
    expect([...cryptographic].filter((name) => !known.has(name))).toEqual([])
    expect(fullPasswordCost).toBeGreaterThanOrEqual(12)
  })

  // ASVS 14.2.1
  test('asks for no secret in an address, but for what opens a socket', () => {
    const secret = /token|secret|password|ticket|\bkey\b|code/
    const found = app.routes.flatMap(({ path, hooks }) =>
      Object.keys((hooks as { query?: { properties?: object } }).query?.properties ?? {})
        .filter((name) => secret.test(name))
        .map((name) => `${path} ${name}`),
    )
    // A browser can send a socket nothing else; the console's ticket works once, for half a minute.
    const sockets = new Set(['security', 'vpn'].flatMap((channel) => [`/api/ws/${channel} ticket`, `/api/ws/${channel} token`]))
    expect(found.filter((name) => !sockets.has(name))).toEqual([])
  })

  // ASVS 6.2.6, 6.2.7
  test('masks every password field, and lets it be pasted into and filled by a password manager', async () => {
    const fields = (await sourcesOf(['web/src'])).flatMap(({ file, text }) =>
      [...text.matchAll(/<Input\b(?:[^<>]|=>)*?autoComplete="(?:current|new)-password"(?:[^<>]|=>)*?\/>/g)].map(
        ([field]) => [file, field] as const,
      ),
    )
    expect(fields.length).toBeGreaterThan(5)
    for (const [file, field] of fields)
      expect([file, /type=("password"|\{shown \? 'text' : 'password'\})/.test(field)]).toEqual([file, true])
    expect(await where(/onPaste/, ['web/src'])).toEqual([])
  })

  // ASVS 1.2.2
  test('links nowhere by what somebody typed: addresses of links are ours', async () => {
    const links = (await sourcesOf(['web/src'])).flatMap(({ text }) =>
      [...text.matchAll(/\b(?:href|src)=\{([^}]*)/g)].map(([, what]) => what!),
    )
    expect(
      links.filter((link) => !/^`(data:text\/plain|data:image\/svg|\/)|^'\/|^qr|^src$|^microsoftAddress\(|^organization$/.test(link)),
    ).toEqual([])
  })
})
