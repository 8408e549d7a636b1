import { hash } from '@node-rs/bcrypt'
import { createHmac } from 'node:crypto'
import { type Bench, addReaders, middle, openBench, ratios, rounded, startBare, startCommand, table, verdict, wrk } from './lib'
import { freePort } from '../src/core/embedded-postgres'

// `bun run bench:auth`: sign-ins, refreshes and verified requests a second, and what other requests wait while 64 sign-ins queue.
// A sign-in is held against bcrypt alone, of as many at once as the API runs; the others against an Elysia that does nothing else. Needs wrk.

const tenant_id = '00000000-0000-7000-8000-000000000001'
const password = 'correct horse battery staple'
const people = 96
const seconds = Number(Bun.env.BENCH_SECONDS ?? 5)
const queued = 64
/** Of one client, at the same time. */
const lanes = 8

async function fill(bench: Bench) {
  const { owner } = bench
  await owner`insert into tenant (id, name, status) values (${tenant_id}, 'Bench', 'active')`
  Object.assign(Bun.env, bench.environment)
  const { hashPassword } = await import('../src/core/passwords')
  const kept = await hashPassword(password)
  await owner`insert into app_user (id, email) select gen_random_uuid(), 'person-' || n || '@bench.example' from generate_series(1, ${people}) n`
  await owner`insert into identity (id, user_id, kind, password_hash) select gen_random_uuid(), id, 'password', ${kept} from app_user`
  await owner`insert into membership (tenant_id, id, user_id, name, whole_tenant) select ${tenant_id}, gen_random_uuid(), id, 'Person', true from app_user`
}

const post = (url: string, path: string, body: object, cookie = '') =>
  fetch(`${url}/api/v1/auth/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', cookie },
  })

let person = 0
const logIn = (url: string) => post(url, 'login', { email: `person-${(person++ % people) + 1}@bench.example`, password })
const cookieOf = (reply: Response) =>
  reply.headers
    .getSetCookie()
    .find((line) => line.startsWith('monozu_refresh='))!
    .split(';')[0]!

const rotate = (url: string, id: string) =>
  fetch(`${url}/rotate`, { method: 'POST', body: JSON.stringify({ id }), headers: { 'content-type': 'application/json' } })

/** Repeats with some at once for a while; how many a second came to an end. */
async function rate(atOnce: number, forSeconds: number, once: (lane: number) => Promise<unknown>): Promise<number> {
  const began = performance.now()
  let done = 0
  const lane = async (n: number) => {
    while (performance.now() - began < forSeconds * 1000) {
      await once(n)
      done += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, n) => lane(n)))
  return (done * 1000) / (performance.now() - began)
}

const percentile = (waits: number[], part: number) => waits.toSorted((a, b) => a - b)[Math.floor((waits.length - 1) * part)] ?? 0

async function answered(reply: Response): Promise<Response> {
  if (!reply.ok) throw new Error(`${reply.url} answered ${reply.status}: ${await reply.text()}`)
  return reply
}

/** bcrypt itself, with what the API wraps around it, two at once: what a sign-in cannot be faster than. */
async function bcryptAlone(): Promise<number> {
  const digest = createHmac('sha384', 'bench').update(password).digest('base64')
  return rate(2, seconds, () => hash(digest, { cost: 12 }))
}

/** What requests with a token and a database wait (milliseconds) until something else has happened. */
async function waitsUntil(url: string, token: string, happens: Promise<unknown>): Promise<number[]> {
  const waits: number[] = []
  let under = true
  const over = happens.finally(() => (under = false))
  const lane = async () => {
    while (under) {
      const began = performance.now()
      await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } }).then(answered)
      waits.push(performance.now() - began)
      await Bun.sleep(5)
    }
  }
  await Promise.all([over, ...Array.from({ length: 4 }, lane)])
  return waits
}

async function bench() {
  const bench = await openBench()
  try {
    await fill(bench)
    const tokens = await addReaders(bench, tenant_id, 8, 'devices.read')
    const port = freePort()
    const api = await startCommand(['api'], { ...bench.environment, API_PORT: String(port), TRUST_PROXY_HOPS: '0' }, port)
    const { url } = api
    const barePort = freePort()
    const bare = await startBare(barePort, { DATABASE_URL: bench.urls.owner })
    const cookies = await Promise.all(Array.from({ length: lanes }, async () => cookieOf(await answered(await logIn(url)))))
    const rows = await bench.owner<{ id: string }[]>`select id from session order by id limit ${lanes}`
    const load = { connections: lanes, seconds, headers: tokens.map((token) => `Bearer ${token}`) }
    const found: Record<'alone' | 'logins' | 'rotations' | 'refreshes' | 'unguarded' | 'verified', number[]> = {
      alone: [],
      logins: [],
      rotations: [],
      refreshes: [],
      unguarded: [],
      verified: [],
    }
    for (let round = 0; round < 3; round += 1) {
      found.alone.push(await bcryptAlone())
      found.logins.push(await rate(4, seconds, () => logIn(url).then(answered)))
      found.rotations.push(await rate(lanes, seconds, (lane) => rotate(bare.url, rows[lane]!.id).then(answered)))
      found.refreshes.push(
        await rate(lanes, seconds, async (lane) => {
          cookies[lane] = cookieOf(await answered(await post(url, 'refresh', {}, cookies[lane])))
        }),
      )
      found.unguarded.push((await wrk(`${bare.url}/bare`, load)).perSecond)
      const verified = await wrk(`${url}/api/v1/me/features`, load)
      if (verified.errors) throw new Error(`${verified.errors} answers were not 200`)
      found.verified.push(verified.perSecond)
    }
    const quiet = await waitsUntil(url, tokens[0]!, Bun.sleep(seconds * 1000))
    const queueing = Promise.all(Array.from({ length: queued }, () => logIn(url).then(answered)))
    const waits = await waitsUntil(url, tokens[0]!, queueing)
    const p99Ms = percentile(waits, 0.99)
    const quietP99Ms = percentile(quiet, 0.99)
    const logins = middle(ratios(found.logins, found.alone))
    table('Signing in', [
      ['', 'a second', 'ratio', 'goal', ''],
      ['bcrypt alone, cost 12, two at once', rounded(middle(found.alone), 1), '1.00', '', ''],
      ['sign-ins', rounded(middle(found.logins), 1), rounded(logins, 2), '0.80', verdict(logins, 0.8)],
      ['bare route that locks and rotates a session', rounded(middle(found.rotations)), '1.00', '', ''],
      ['refreshes', rounded(middle(found.refreshes)), rounded(middle(ratios(found.refreshes, found.rotations)), 2), '', ''],
      ['bare route', rounded(middle(found.unguarded)), '1.00', '', ''],
      [
        'verified requests (token and session, no database)',
        rounded(middle(found.verified)),
        rounded(middle(ratios(found.verified, found.unguarded)), 2),
        '',
        '',
      ],
    ])
    table(`What other requests wait (GET /me, 4 at once)`, [
      ['', 'milliseconds', 'ratio', 'goal', ''],
      ['nobody signs in: 50th percentile', rounded(percentile(quiet, 0.5), 1), '', '', ''],
      ['99th percentile', rounded(quietP99Ms, 1), '1.00', '', ''],
      [`${queued} sign-ins queue: 50th percentile`, rounded(percentile(waits, 0.5), 1), '', '', ''],
      ['99th percentile', rounded(p99Ms, 1), rounded(p99Ms / quietP99Ms, 2), '100', verdict(p99Ms, 100, false)],
    ])
    await bare.stop()
    await api.stop()
  } finally {
    await bench.end()
  }
}

await bench()
process.exit(0)
