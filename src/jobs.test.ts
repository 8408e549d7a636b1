import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { routine } from './core/audit'
import { moveClock } from './core/clock'
import { type Job, enqueue, runJob } from './core/jobs'
import { sealTenant } from './identity/audit-log/chain'
import { type Scope, inTenant, jobActor } from './core/scope'
import { queueMail } from './identity/mail/service'
import { chores, jobs } from './jobs'
import { registered, send, signedIn, within } from './testing/api'
import { askManagement } from './testing/management'
import { startCommand, watch } from './testing/process'
import { addFrames, addLayout, owner, queued, report, until } from './testing/world'

setDefaultTimeout(20_000)

afterEach(() => moveClock(0))

/** All that the platform keeps, as text. */
async function everything() {
  const tables = await owner<{ name: string }[]>`
    select relname as name from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace order by 1`
  const sums = await Promise.all(
    tables.map(
      ({ name }) =>
        owner`select ${name} as name, count(*)::int as rows, coalesce(sum(hashtext(t::text)::bigint), 0)::text as sum from ${owner(name)} t`,
    ),
  )
  return sums.map(([row]) => row)
}

/** A tenant with something to do for every job. */
async function busy() {
  const client = await signedIn()
  const [device, gone] = [await registered(client), await registered(client)]
  const layout = await addLayout(client.tenant_id, ['cpu_percent'])
  for (const reporter of [device, gone]) await addFrames(reporter, layout, [[Date.now() - 600_000, 1]])
  await report(device, [
    { kind: 'security_alert', data: { title: 'Door open', severity: 'high' } },
    { kind: 'security_alert', data: { title: 'Door open', severity: 'high' } },
    { kind: 'discovery', data: { ip: '192.0.2.7', open_ports: [] } },
  ])
  await owner`
    insert into rejected_record (tenant_id, id, device_id, error, detail, record, created_at)
    values (${client.tenant_id}, gen_random_uuid(), ${device.device_id}, 'malformed', 'old', 'x', now() - interval '31 days')`
  await client.api.devices({ id: gone.device_id }).delete()
  const letter = { kind: 'password_reset', to: client.email, language: 'en', link: 'https://console.example' } as const
  await within(client.tenant_id, (scope) => queueMail(scope, letter))
  const [mail] = await owner`select id from mail where tenant_id = ${client.tenant_id}`
  const payloads: Record<string, Record<string, unknown>> = {
    'records.handle': {},
    'telemetry.purge': { device_id: gone.device_id },
    'telemetry.rollup': {},
    'telemetry.expire': {},
    'mail.send': { mail_id: mail!.id },
    'offboarding.archive': {},
    'offboarding.erase': {},
  }
  const { tenant_id } = client
  /** What a job waits for that has nothing to do while a tenant works. */
  const ready: Record<string, () => Promise<unknown>> = {
    'offboarding.archive': () => owner`insert into archive (tenant_id, id) values (${tenant_id}, gen_random_uuid())`,
    'offboarding.erase': () => owner`update tenant set status = 'deleted' where id = ${tenant_id}`,
  }
  return { client, device, payloads, ready: (name: string) => ready[name]?.() }
}

describe('every job', () => {
  test.each(Object.keys(jobs))('%s does its work, and run again changes nothing', async (name) => {
    const { client, payloads, ready } = await busy()
    expect(Object.keys(payloads).sort()).toEqual(Object.keys(jobs).sort())
    await ready(name)
    const run = () => runJob(jobs[name]!, { tenant_id: client.tenant_id, ...payloads[name] })
    const before = await everything()
    await run()
    const after = await everything()
    expect(after).not.toEqual(before)
    await run()
    expect(await everything()).toEqual(after)
  })

  test.each(Object.keys(jobs))('%s that runs in one tenant leaves every other as it is', async (name) => {
    const { payloads } = await busy()
    const { tenant_id } = await signedIn()
    const before = await everything()
    await runJob(jobs[name]!, { tenant_id, ...payloads[name] })
    expect(await everything()).toEqual(before)
  })

  test.each(Object.keys(jobs))('%s must be told its tenant', async (name) => {
    const before = await everything()
    for (const payload of [{}, { tenant_id: null }, { tenant_id: 'all' }, { tenant_id: `${Bun.randomUUIDv7()}'; --` }]) {
      await expect(runJob(jobs[name]!, payload)).rejects.toThrow('must name its tenant')
    }
    expect(await everything()).toEqual(before)
  })

  test('with a payload that makes no sense changes nothing', async () => {
    const { tenant_id } = (await busy()).client
    const before = await everything()
    for (const payload of [{}, { device_id: 7 }, { device_id: "x' or true --" }]) {
      await runJob(jobs['telemetry.purge']!, { tenant_id, ...payload }).catch(() => {})
    }
    expect(await everything()).toEqual(before)
  })

  test('that fails leaves nothing behind', async () => {
    const { client } = await busy()
    const before = await everything()
    const failing: Job = async (scope) => {
      await jobs['records.handle']!(scope, {})
      throw new Error('half way')
    }
    await expect(runJob(failing, { tenant_id: client.tenant_id })).rejects.toThrow('half way')
    expect(await everything()).toEqual(before)
  })
})

describe('every chore of the platform', () => {
  test.each(Object.keys(chores))('%s run again changes nothing', async (name) => {
    await busy()
    moveClock(40 * 86_400_000)
    const partitions = async () => (await owner`select count(*)::int as count from pg_class where relispartition`)[0]
    await chores[name]!.run()
    const after = [await everything(), await partitions()]
    await chores[name]!.run()
    expect([await everything(), await partitions()]).toEqual(after)
  })

  test('housekeep removes what has run out, and only that', async () => {
    const client = await signedIn()
    await send('POST', '/api/v1/org-units', { headers: { ...client.headers, 'idempotency-key': 'once' }, body: { name: 'North' } })
    await registered(client)
    await client.api.ws.ticket.post({})
    await owner`
      insert into mfa_challenge (tenant_id, id, hash, user_id, expires_at)
      values (${client.tenant_id}, gen_random_uuid(), 'hash', ${client.user_id}, now() + interval '5 minutes')`
    const kept = async () => {
      const [row] = await owner`
        select (select count(*)::int from session where tenant_id = ${client.tenant_id}) as sessions,
          (select count(*)::int from socket_ticket where tenant_id = ${client.tenant_id}) as tickets,
          (select count(*)::int from mfa_challenge where tenant_id = ${client.tenant_id}) as challenges,
          (select count(*)::int from live_event where tenant_id = ${client.tenant_id}) as events,
          (select count(*)::int from live_cursor where tenant_id = ${client.tenant_id}) as cursors,
          (select count(*)::int from idempotent_answer where tenant_id = ${client.tenant_id}) as answers,
          (select count(*)::int from device where tenant_id = ${client.tenant_id}) as devices`
      return { ...row }
    }
    const all = { sessions: 1, tickets: 1, challenges: 1, events: 1, cursors: 1, answers: 1, devices: 1 }
    await chores.housekeep!.run()
    expect(await kept()).toEqual(all)
    moveClock(31_000)
    await chores.housekeep!.run()
    expect(await kept()).toEqual({ ...all, tickets: 0 })
    moveClock(3_600_000)
    await chores.housekeep!.run()
    expect(await kept()).toEqual({ ...all, tickets: 0, challenges: 0, events: 0 })
    moveClock(25 * 3_600_000)
    await chores.housekeep!.run()
    expect(await kept()).toEqual({ ...all, tickets: 0, challenges: 0, events: 0, answers: 0 })
    moveClock(32 * 86_400_000)
    await chores.housekeep!.run()
    expect(await kept()).toEqual({ ...all, tickets: 0, challenges: 0, events: 0, answers: 0, sessions: 0 })
  })

  test('housekeep forgets what the throttle of either plane counted, an hour after the last attempt', async () => {
    const names = async () => (await owner`select name from attempt`).map(({ name }) => name as string)
    const known = new Set(await names())
    const fail = () => ({ email: `${Bun.randomUUIDv7()}@strange.example`, password: 'not the right one' })
    expect((await send('POST', '/api/v1/auth/login', { body: fail() })).status).toBe(401)
    expect((await askManagement('POST', '/api/v1/auth/login', { body: fail() })).status).toBe(401)
    const counted = (await names()).filter((name) => !known.has(name))
    expect(counted.filter((name) => name.startsWith('account '))).toHaveLength(2)
    const left = async () => (await names()).filter((name) => counted.includes(name)).length
    moveClock(3_500_000)
    await chores.housekeep!.run()
    expect(await left()).toBe(counted.length)
    moveClock(3_700_000)
    await chores.housekeep!.run()
    expect(await left()).toBe(0)
  })

  test('prepare_partitions makes the weeks ahead, and telemetry lands in them', async () => {
    const client = await signedIn()
    const device = await registered(client)
    moveClock(200 * 86_400_000)
    await chores.prepare_partitions!.run()
    const ahead = Date.now() + 207 * 86_400_000
    await addFrames(device, await addLayout(client.tenant_id, ['cpu_percent']), [[ahead, 1]])
    const rows = await owner`select tableoid::regclass::text as partition from telemetry_frame where tenant_id = ${client.tenant_id}`
    expect(rows).toHaveLength(1)
    expect(rows[0]!.partition).toMatch(/^telemetry_frame_\d{8}$/)
  })
})

describe('the queue', () => {
  test('holds a job with the commit of the transaction that asked for it, not before', async () => {
    const { tenant_id } = await signedIn()
    await within(tenant_id, async (scope) => {
      await enqueue(scope, 'records.handle', { note: 'x' })
      expect(await queued(tenant_id)).toEqual([])
    })
    expect(await queued(tenant_id)).toEqual([{ task: 'records.handle', key: null, payload: { note: 'x', tenant_id } }])
  })

  test('holds nothing of a transaction that was rolled back', async () => {
    const { tenant_id } = await signedIn()
    const failing = within(tenant_id, async (scope) => {
      await enqueue(scope, 'records.handle')
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await queued(tenant_id)).toEqual([])
  })

  test('takes the tenant from who asks, whatever the payload says', async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()]
    await within(mine.tenant_id, (scope) => enqueue(scope, 'records.handle', { tenant_id: theirs.tenant_id }))
    expect(await queued(mine.tenant_id)).toHaveLength(1)
    expect(await queued(theirs.tenant_id)).toEqual([])
  })

  test('holds jobs of one key once a tenant', async () => {
    const tenants = [(await signedIn()).tenant_id, (await signedIn()).tenant_id]
    for (const tenant_id of tenants) {
      await within(tenant_id, (scope) => enqueue(scope, 'records.handle', { n: 1 }, 'mine'))
      await within(tenant_id, (scope) => enqueue(scope, 'records.handle', { n: 2 }, 'mine'))
      await within(tenant_id, (scope) => enqueue(scope, 'records.handle', { n: 3 }, 'other'))
    }
    for (const tenant_id of tenants) expect((await queued(tenant_id)).map(({ payload }) => payload.n)).toEqual([2, 3])
  })
})

test('a job may take longer than a request', async () => {
  const { tenant_id } = await signedIn()
  const timeouts: string[] = []
  const ask = async (scope: Scope) => {
    routine(scope, 'only looked')
    const [row] = await scope.tx.execute<{ statement_timeout: string }>(sql`show statement_timeout`)
    timeouts.push(row!.statement_timeout)
  }
  await runJob(ask, { tenant_id })
  await inTenant(jobActor(tenant_id), 'read write', ask)
  expect(timeouts).toEqual(['10min', '15s'])
})

describe('the worker process', () => {
  test('takes up what is queued, runs as the role that owns nothing, and ends on SIGTERM', async () => {
    const { client, device } = await busy()
    const { DATABASE_URL, SECRET_KEY, ENCRYPTION_KEYS, PATH } = Bun.env
    const worker = watch(
      Bun.spawn([process.execPath, 'src/main.ts', 'worker'], {
        cwd: `${import.meta.dir}/..`,
        env: { DATABASE_URL, SECRET_KEY, ENCRYPTION_KEYS, PATH },
        stdout: 'pipe',
        stderr: 'pipe',
      }),
    )
    try {
      await until('the records became alerts', async () => (await client.api.alerts.summary.get()).data!.open.high === 1, 15_000)
      await until('the queue of the tenant is empty', async () => (await queued(client.tenant_id)).length === 0, 15_000)
      await report(device, [{ kind: 'security_alert', data: { title: 'Another', severity: 'low' } }])
      await until(
        'a job that comes later is taken up as well',
        async () => (await client.api.alerts.summary.get()).data!.open.low === 1,
        15_000,
      )
    } finally {
      worker.kill('SIGTERM')
    }
    expect(await worker.exited).toBe(0)
    const lines = (await new Response(worker.stdout).text()).trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).not.toContain('error')
    expect(await new Response(worker.stderr).text()).toBe('')
  }, 30_000)

  test('is not held up by a chore that fails', async () => {
    const { client, device } = await busy()
    await sealTenant(client.tenant_id)
    await owner`insert into audit_pending (tenant_id, id) select tenant_id, id from audit_seal where tenant_id = ${client.tenant_id} limit 1`
    const { DATABASE_URL, SECRET_KEY, ENCRYPTION_KEYS } = Bun.env as Record<string, string>
    const worker = startCommand(['worker'], { DATABASE_URL: DATABASE_URL!, SECRET_KEY: SECRET_KEY!, ENCRYPTION_KEYS: ENCRYPTION_KEYS! })
    try {
      await until('it waits for jobs', async () => worker.output().includes('worker is waiting for jobs'), 15_000)
      await report(device, [{ kind: 'security_alert', data: { title: 'Another', severity: 'low' } }])
      await until('jobs are taken up', async () => (await client.api.alerts.summary.get()).data!.open.low === 1, 15_000)
      expect(worker.output()).toContain('an audit chain could not be sealed')
      expect(worker.output()).not.toContain('the queue cannot be reached')
    } finally {
      await owner`delete from audit_pending where tenant_id = ${client.tenant_id}`
      await worker.stop()
    }
  }, 40_000)

  test('gives a chore over all tenants the time it takes', async () => {
    const { tenant_id, user_id, sid } = await signedIn()
    const { DATABASE_URL, SECRET_KEY, ENCRYPTION_KEYS } = Bun.env as Record<string, string>
    const id = Bun.randomUUIDv7()
    await owner`insert into socket_ticket (tenant_id, id, user_id, session_id, hash, expires_at) values (${tenant_id}, ${id}, ${user_id}, ${sid}, ${id}, now() - interval '1 day')`
    const tickets = () => owner`select id from socket_ticket where id = ${id}`
    const impatient = `${DATABASE_URL!}?statement_timeout=1000`
    const held = postgres(Bun.env.DATABASE_OWNER_URL!, { max: 1, onnotice: () => {} })
    let worker: ReturnType<typeof startCommand> | undefined
    try {
      await held.begin(async (sql) => {
        await sql`select from socket_ticket where id = ${id} for update`
        worker = startCommand(['worker'], { DATABASE_URL: impatient, SECRET_KEY: SECRET_KEY!, ENCRYPTION_KEYS: ENCRYPTION_KEYS! })
        await until(
          'housekeeping waits for longer than its role may',
          async () => {
            const [row] = await owner`select count(*)::int as waiting from pg_stat_activity
            where datname = current_database() and query like '%housekeep(%' and state = 'active' and query_start < now() - interval '2 seconds' and pid <> pg_backend_pid()`
            return row!.waiting > 0
          },
          20_000,
        )
      })
      await until('it is done', async () => !(await tickets()).length, 15_000)
    } finally {
      await worker?.stop()
      await held.end()
    }
  }, 60_000)
})
