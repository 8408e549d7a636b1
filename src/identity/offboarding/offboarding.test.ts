import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { runJob } from '../../core/jobs'
import { chores, jobs } from '../../jobs'
import { sendDue } from '../../management/deliveries/service'
import { problem, send } from '../../testing/api'
import { mailOf, tokenIn } from '../../testing/mail'
import { type StaffClient, askManagement, staffSignedIn } from '../../testing/management'
import { auditOf, owner } from '../../testing/owner'
import { linkPlanes } from '../../testing/planes'
import { startCommand } from '../../testing/process'
import { established } from '../../testing/established'
import { fillAll, rowsOf } from '../../testing/rows'
import { addFrames, addLayout, queued, runQueue, until } from '../../testing/world'

setDefaultTimeout(30_000)

let planes: ReturnType<typeof linkPlanes>
let staff: StaffClient
const usual = { ...limits }
beforeAll(async () => {
  await listen()
  planes = linkPlanes()
  staff = await staffSignedIn('owner')
})
afterAll(() => planes.close())
afterEach(() => {
  moveClock(0)
  Object.assign(limits, usual)
})

const reason = 'the contract has ended'
const manage = (id: string, path: string, body: object, client = staff) =>
  askManagement('POST', `/api/v1/tenants/${id}${path}`, { headers: client.headers, body })
const look = async (id: string) => (await staff.api.tenants({ id }).offboarding.get()).data!

async function offboard(tenant_id: string) {
  expect((await manage(tenant_id, '/offboarding', { name: 'Test', reason })).status).toBe(200)
  await sendDue()
}

const linksOf = async (tenant_id: string) =>
  (await mailOf(tenant_id)).filter(({ kind }) => kind === 'archive').map(({ recipient, text }) => ({ recipient, token: tokenIn(text) }))
const open = (token: string, headers = {}) => send('POST', '/api/v1/exports/archive/open', { body: { token }, headers })
const download = (cookie = '') => send('GET', '/api/v1/exports/archive', { headers: { cookie } })
const cookieOf = (reply: Response) => reply.headers.getSetCookie()[0]!.split(';')[0]!

interface Manifest {
  tenant_id: string
  tables: Record<string, { rows: number; files: string[]; columns: string[]; withheld: string[] }>
  files: { path: string; rows: number; bytes: number; sha256: string }[]
}

/** The files of an archive, as a program that unpacks it finds them. */
async function unpack(reply: Response) {
  const packed = new Uint8Array(await reply.arrayBuffer())
  const files = new Map<string, Buffer>()
  for (const [path, file] of await new Bun.Archive(packed).files()) files.set(path, Buffer.from(await file.arrayBuffer()))
  const manifest = JSON.parse(files.get('manifest.json')!.toString()) as Manifest
  const rows = (table: string) =>
    manifest.tables[table]!.files.flatMap((path) =>
      files
        .get(path)!
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    )
  return { packed, files, manifest, rows }
}

async function archiveOf(tenant_id: string) {
  const [link] = await linksOf(tenant_id)
  const opened = await open(link!.token)
  expect(opened.status).toBe(200)
  return unpack(await download(cookieOf(opened)))
}

describe('a tenant that leaves', () => {
  test('is closed by who types its name, and its administrators are mailed links to all of its data', async () => {
    const { client, tenant_id } = await established()
    for (const name of ['test', 'Tes', ''])
      expect([name, (await manage(tenant_id, '/offboarding', { name, reason })).status]).toEqual([name, 422])
    const operator = await staffSignedIn('operator')
    expect((await manage(tenant_id, '/offboarding', { name: 'Test', reason }, operator)).status).toBe(403)
    await offboard(tenant_id)
    expect((await send('GET', '/api/v1/devices', { headers: client.headers })).status).toBe(403)
    expect(await look(tenant_id)).toMatchObject({ state: 'offboarding', archive: { state: 'making', recipients: 0 }, delete_after: null })
    await runQueue(tenant_id)
    const [link, ...others] = await linksOf(tenant_id)
    expect(others).toEqual([])
    expect(link!.recipient).toBe(client.email)
    const opened = await open(link!.token)
    expect(await opened.json()).toMatchObject({ tenant: 'Test', rows: expect.any(Number) as number })
    expect(opened.headers.getSetCookie()[0]).toMatch(
      /HttpOnly; Path=\/api\/v1\/exports\/archive; SameSite=Strict|Path=\/api\/v1\/exports\/archive/,
    )
    const reply = await download(cookieOf(opened))
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/gzip'])
    await reply.arrayBuffer()
    expect(await look(tenant_id)).toMatchObject({ archive: { state: 'ready', recipients: 1, downloads: 1 } })
    // On the record of both sides.
    expect((await auditOf(tenant_id, 'archives.download')).map(({ actor_id }) => actor_id as string)).toEqual([client.user_id])
    const entries = (await staff.api.audit.get({ query: { tenant_id } })).data!.items
    expect(entries.map(({ action, actor_kind }) => [action, actor_kind])).toEqual([
      ['archives.download', 'tenant'],
      ['archives.mail', 'tenant'],
      ['archives.complete', 'tenant'],
      ['tenants.offboard', 'staff'],
    ])
  })

  test('gets every row of every table, as a program that unpacks tar.gz finds it, and the manifest says what is there', async () => {
    const { client, tenant_id } = await established()
    await fillAll(tenant_id, ['archive', 'archive_link', 'archive_piece'])
    await offboard(tenant_id)
    await runQueue(tenant_id)
    const { files, manifest, rows, packed } = await archiveOf(tenant_id)
    expect(manifest.tenant_id).toBe(tenant_id)
    expect([...files.keys()].toSorted()).toEqual([...manifest.files.map(({ path }) => path), 'manifest.json'].toSorted())
    for (const { path, bytes, sha256 } of manifest.files) {
      const content = files.get(path)!
      expect([path, content.length, new Bun.CryptoHasher('sha256').update(content).digest('hex')]).toEqual([path, bytes, sha256])
    }
    const counted = await rowsOf(tenant_id)
    // What is recorded about the archive itself comes while it is made.
    const moving = /^(audit_|mail$)/
    for (const [table, { rows: told }] of Object.entries(manifest.tables))
      if (!moving.test(table) && table !== 'app_user')
        expect([table, told, rows(table).length]).toEqual([table, counted[table]!, counted[table]!])
    expect(rows('app_user').map(({ email }) => email)).toContain(client.email)
    expect(rows('device')[0]).toMatchObject({ name: "edge 'one' \\ \u2028 \n two", tenant_id })
    expect(rows('telemetry_frame').flatMap(({ values }) => values)).toEqual([4242.5, 'NaN'])
    expect(rows('audit_log').length).toBeGreaterThan(2)
    // GNU tar, too.
    const tar = Bun.spawnSync(['tar', '-tzf', '-'], { stdin: packed })
    expect(tar.stdout.toString().trim().split('\n').toSorted()).toEqual([...files.keys()].toSorted())
  })

  test('gets none of what is sealed for the platform or proves a credential', async () => {
    const { client, tenant_id } = await established()
    const expires_at = new Date(Date.now() + 86_400_000)
    await client.api['api-tokens'].post({ name: 'program', scopes: ['devices.read'], expires_at })
    await client.api.settings.sso.put({ directory: crypto.randomUUID(), client_id: 'ours', client_secret: 'of the provider' })
    await client.api.invitations.post({ email: `${Bun.randomUUIDv7()}@test.example`, group_ids: [], org_unit_scope: 'all' })
    await runQueue(tenant_id)
    await offboard(tenant_id)
    await runQueue(tenant_id)
    const held = await owner<{ secret: string }[]>`
      select token_hash as secret from api_token where tenant_id = ${tenant_id} union all select key_hash from device_key where tenant_id = ${tenant_id}
      union all select key_hash from provisioning_key where tenant_id = ${tenant_id} union all select hash from invitation where tenant_id = ${tenant_id}
      union all select secret_sealed from sso_provider where tenant_id = ${tenant_id}
      union all select content from mail where tenant_id = ${tenant_id} and content is not null union all select hash from archive_link where tenant_id = ${tenant_id}`
    expect(held.length).toBeGreaterThan(6)
    const { files } = await archiveOf(tenant_id)
    const all = [...files.values()].join('\n')
    expect(all).toContain(tenant_id)
    for (const { secret } of held) expect(all.includes(secret)).toBe(false)
    expect(all).not.toContain('test:')
  })

  test('gets a large table as several files, none larger than memory holds', async () => {
    Object.assign(limits, { archivePartBytes: 20_000 })
    const { tenant_id, reporter } = await established()
    const layout = await addLayout(tenant_id, ['load'])
    const begin = Date.now() - 3_600_000
    await addFrames(
      reporter,
      layout,
      Array.from({ length: 1_000 }, (_, n): [number, number] => [begin + n * 1000, n]),
    )
    await offboard(tenant_id)
    await runQueue(tenant_id)
    const { manifest, rows } = await archiveOf(tenant_id)
    const { files, rows: told } = manifest.tables.telemetry_frame!
    expect(files.length).toBeGreaterThan(5)
    expect(files[0]).toBe('data/telemetry_frame.000001.ndjson')
    expect(told).toBe(1_002)
    const values = rows('telemetry_frame').flatMap(({ values }) => values as number[])
    expect(new Set(values).size).toBe(1_002)
    for (const { path, bytes } of manifest.files) expect([path, bytes < 40_000 || !path.includes('telemetry')]).toEqual([path, true])
  })

  test('that stays after all keeps no archive, and its links no longer hold', async () => {
    const { tenant_id } = await established()
    await offboard(tenant_id)
    await runQueue(tenant_id)
    const [link] = await linksOf(tenant_id)
    const cookie = cookieOf(await open(link!.token))
    expect((await manage(tenant_id, '/offboarding/cancel', { reason })).status).toBe(200)
    await sendDue()
    expect(await look(tenant_id)).toMatchObject({ state: 'suspended', archive: null })
    for (const reply of [await open(link!.token), await download(cookie)])
      expect([reply.status, (await problem(reply)).error]).toEqual([422, 'link_ended'])
    const { archive, archive_piece, archive_link } = await rowsOf(tenant_id)
    expect([archive, archive_piece, archive_link]).toEqual([0, 0, 0])
  })
})

describe('a link to an archive', () => {
  test('is its reader’s alone, ends, is renewed by staff to the same people, and opens nothing else', async () => {
    const { client, tenant_id } = await established()
    await offboard(tenant_id)
    await runQueue(tenant_id)
    const [{ token } = { token: '' }] = await linksOf(tenant_id)
    for (const forged of [
      '',
      'mza_x',
      token.slice(0, -1),
      `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`,
      token.replace('mza', 'mzi'),
    ])
      expect([422]).toContain((await open(forged)).status)
    expect((await open(token, { origin: 'https://evil.example' })).status).toBe(403)
    for (const cookie of ['', 'monozu_archive=x', `monozu_archive=${client.token}`]) expect((await download(cookie)).status).toBe(422)
    expect((await send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
    const cookie = cookieOf(await open(token))
    expect((await send('HEAD', '/api/v1/exports/archive', { headers: { cookie } })).status).toBe(405)
    moveClock(limits.archiveLinkMs + 1000)
    expect((await open(token)).status).toBe(422)
    expect((await download(cookie)).status).toBe(422)
    staff = await staffSignedIn('owner')
    expect((await manage(tenant_id, '/offboarding/links', {})).status).toBe(202)
    await sendDue()
    await runQueue(tenant_id)
    const links = await linksOf(tenant_id)
    expect(links.map(({ recipient }) => recipient)).toEqual([client.email, client.email])
    expect((await open(links[1]!.token)).status).toBe(200)
    moveClock(0)
    expect((await open(token)).status).toBe(422)
    staff = await staffSignedIn('owner')
  })
})

describe('the making of an archive', () => {
  test('goes on a slice at a time, tells how far it is, and offers nothing before its end', async () => {
    Object.assign(limits, { archiveSliceMs: 0 })
    const { tenant_id } = await established()
    await offboard(tenant_id)
    const steps: number[] = []
    for (;;) {
      await runJob(jobs['offboarding.archive']!, { tenant_id })
      const { archive } = await look(tenant_id)
      steps.push(archive!.tables_done)
      if (archive!.state === 'ready') break
      expect(await linksOfNow(tenant_id)).toBe(0)
    }
    expect(steps.length).toBeGreaterThan(30)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    expect((await archiveOf(tenant_id)).manifest.tables.device!.rows).toBe(1)
  })

  const linksOfNow = async (tenant_id: string) => (await owner`select id from archive_link where tenant_id = ${tenant_id}`).length

  test('that finds the disk full leaves nothing half, and goes on when there is room', async () => {
    const { tenant_id } = await established()
    await owner.unsafe(`
      create function no_room() returns trigger language plpgsql as $$ begin
        if new.seq >= 5 and new.tenant_id = '${tenant_id}' then raise exception 'no space left on device' using errcode = 'disk_full'; end if; return new;
      end $$; create trigger no_room before insert on archive_piece for each row execute function no_room()`)
    try {
      await offboard(tenant_id)
      await expect(runQueue(tenant_id)).rejects.toThrow()
      expect(await look(tenant_id)).toMatchObject({ archive: { state: 'making', bytes: 0, ready_at: null } })
      expect((await rowsOf(tenant_id)).archive_piece).toBe(0)
      expect((await manage(tenant_id, '/deletion', { name: 'Test', reason })).status).toBe(409)
    } finally {
      await owner.unsafe('drop trigger no_room on archive_piece; drop function no_room')
    }
    moveClock(limits.archiveStalledMs + 1000)
    await chores.resume_offboarding!.run()
    await runQueue(tenant_id)
    expect((await archiveOf(tenant_id)).manifest.tables.device!.rows).toBe(1)
  })

  test('by a worker that is killed in the middle is taken up by another, and is whole', async () => {
    const { tenant_id } = await established()
    const { DATABASE_URL, SECRET_KEY, ENCRYPTION_KEYS } = Bun.env as Record<string, string>
    const start = () =>
      startCommand(['worker'], { DATABASE_URL: DATABASE_URL!, SECRET_KEY: SECRET_KEY!, ENCRYPTION_KEYS: ENCRYPTION_KEYS! })
    let killed: ReturnType<typeof startCommand> | undefined
    // As far as the fifth piece it comes, and there it waits until it is killed.
    await owner.unsafe(`
      create function wait_here() returns trigger language plpgsql as $$ begin
        if new.seq = 5 and new.tenant_id = '${tenant_id}' then perform pg_advisory_xact_lock(915); end if; return new;
      end $$; create trigger wait_here before insert on archive_piece for each row execute function wait_here()`)
    try {
      await owner.begin(async (sql) => {
        await sql`select pg_advisory_xact_lock(915)`
        await offboard(tenant_id)
        killed = start()
        const waiting = () => owner`select from pg_stat_activity where wait_event = 'advisory' and query like '%archive_piece%'`
        await until('it waits in the middle', async () => (await waiting()).length > 0, 25_000)
        killed.child.kill('SIGKILL')
        await killed.child.exited
      })
    } finally {
      await owner.unsafe('drop trigger wait_here on archive_piece; drop function wait_here')
    }
    expect(await look(tenant_id)).toMatchObject({ archive: { state: 'making' } })
    expect(await linksOfNow(tenant_id)).toBe(0)
    // Its job stays locked by who is no more; another is made for it.
    expect(await queued(tenant_id)).not.toEqual([])
    moveClock(limits.archiveStalledMs + 1000)
    await chores.resume_offboarding!.run()
    const another = start()
    await until(
      'it is ready',
      async () => (await owner`select from archive where tenant_id = ${tenant_id} and state = 'ready'`).length > 0,
      20_000,
    )
    expect(await another.stop()).toBe(0)
    expect((await archiveOf(tenant_id)).manifest.tables.device!.rows).toBe(1)
  }, 60_000)
})
