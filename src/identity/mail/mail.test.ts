import { afterEach, describe, expect, test } from 'bun:test'
import { config } from '../../core/config'
import { html } from '../../core/mail'
import { limits } from '../../core/limits'
import { expand } from '../../core/permissions'
import { runJob } from '../../core/jobs'
import { everyPermission } from '../../core/permissions'
import { jobs } from '../../jobs'
import { newTenant, signedIn, within } from '../../testing/api'
import { keepMail, mailOf, resend, smtpServer, tokenIn } from '../../testing/mail'
import { auditOf, owner } from '../../testing/owner'
import { queued, runQueue } from '../../testing/world'
import { languageOf, write } from './letters'
import { queueMail } from './service'

const servers: { close: () => unknown }[] = []
const using = <S extends { close: () => unknown }>(server: S): S => (servers.push(server), server)
afterEach(async () => {
  keepMail()
  for (const server of servers.splice(0)) await server.close()
})

const link = 'https://console.example/reset-password?token=mzr_canary'
const letter = { kind: 'password_reset', to: 'somebody@test.example', language: 'en', link } as const
const queue = (tenant_id: string, more: object = {}) => within(tenant_id, (scope) => queueMail(scope, { ...letter, ...more }))
const rowOf = async (tenant_id: string) => (await owner`select * from mail where tenant_id = ${tenant_id}`)[0]!

describe('a queued mail', () => {
  test('leaves with the commit, and not when it fails', async () => {
    const tenant_id = await newTenant()
    await within(tenant_id, async (scope) => {
      await queueMail(scope, letter)
      throw new Error('half way')
    }).catch(() => {})
    expect([await mailOf(tenant_id), await queued(tenant_id)]).toEqual([[], []])
  })

  // ASVS 14.2.4
  test('holds its link sealed, in the row and in the queue', async () => {
    const tenant_id = await newTenant()
    await queue(tenant_id)
    const [job] = await queued(tenant_id)
    expect(Object.keys(job!.payload).sort()).toEqual(['mail_id', 'tenant_id'])
    expect(JSON.stringify([await rowOf(tenant_id), job])).not.toContain('mzr_canary')
    const [mail] = await mailOf(tenant_id)
    expect(mail).toMatchObject({ state: 'kept', recipient: letter.to })
    expect(tokenIn(mail!.text)).toBe('mzr_canary')
  })

  test('goes to the SMTP server once, in both forms, and what it said is forgotten', async () => {
    const server = using(await smtpServer())
    const tenant_id = await newTenant()
    await queue(tenant_id)
    await runQueue(tenant_id)
    const row = await rowOf(tenant_id)
    expect(row).toMatchObject({ state: 'sent', attempts: 1, content: null, reason: null })
    await runJob(jobs['mail.send']!, { tenant_id, mail_id: row.id as string })
    expect(server.received).toHaveLength(1)
    const [{ to, source }] = server.received as [{ to: string[]; source: string }]
    expect(to).toEqual([letter.to])
    for (const part of ['text/plain', 'text/html', 'Subject: Choose a new password', String(row.id)]) expect(source).toContain(part)
    expect(source.replaceAll('=\r\n', '').replaceAll('=3D', '=')).toContain(link)
  })

  test('goes through Resend where it has a key, under an id that sends nothing twice', async () => {
    const [smtp, api] = [using(await smtpServer()), using(resend())]
    const tenant_id = await newTenant()
    await queue(tenant_id)
    await runQueue(tenant_id)
    const row = await rowOf(tenant_id)
    expect(row.state).toBe('sent')
    expect(smtp.attempts()).toBe(0)
    const [{ headers, body }] = api.received as [(typeof api.received)[0]]
    expect(headers).toMatchObject({ authorization: 'Bearer re_test', 'idempotency-key': row.id as string })
    expect(body).toMatchObject({ from: config.MAIL_FROM, to: [letter.to], subject: 'Choose a new password' })
  })

  test.each([
    ['smtp', async () => using(await smtpServer((attempt) => (attempt < 3 ? 451 : undefined)))],
    ['resend', async () => using(resend((attempt) => (attempt < 3 ? 503 : 200)))],
  ])('is tried again after a passing failure (%s)', async (_, start) => {
    const { received } = await start()
    const tenant_id = await newTenant()
    await queue(tenant_id)
    await runQueue(tenant_id)
    expect(await rowOf(tenant_id)).toMatchObject({ state: 'sent', attempts: 3 })
    expect(received.length).toBeGreaterThan(0)
  })

  test('waits longer each time', async () => {
    using(resend(() => 503))
    const tenant_id = await newTenant()
    await queue(tenant_id)
    const waits: number[] = []
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const [job] = await owner`
        delete from graphile_worker._private_jobs where payload->>'tenant_id' = ${tenant_id}
        returning payload::text, extract(epoch from run_at - now())::float8 as wait`
      waits.push(Math.abs(Math.round(Number(job!.wait) / 5)) * 5)
      await runJob(jobs['mail.send']!, JSON.parse(job!.payload as string))
    }
    expect(waits).toEqual([0, 15, 30])
  })

  test.each([
    ['refused for good by smtp', 1, 'smtp 550', async () => using(await smtpServer(() => 550))],
    ['refused for good by Resend', 1, 'resend 422', async () => using(resend(() => 422))],
    ['failed too often', limits.mailAttempts, 'resend 500', async () => using(resend(() => 500))],
    ['sent to nobody who listens', limits.mailAttempts, 'smtp ESOCKET', async () => void (config.SMTP_URL = 'smtp://127.0.0.1:1')],
  ])('%s is given up, shown and recorded', async (_, attempts, reason, start) => {
    await start()
    const { api, tenant_id } = await signedIn(['settings.mail.read'])
    await queue(tenant_id)
    await runQueue(tenant_id)
    expect(await rowOf(tenant_id)).toMatchObject({ state: 'failed', attempts, reason, content: null })
    expect((await api['mail-outbox'].get({ query: { state: 'failed' } })).data!.items).toMatchObject([{ reason, text: null }])
    expect(await auditOf(tenant_id, 'mails.fail')).toHaveLength(1)
  })
})

describe('the outbox', () => {
  test('shows what is kept, newest first, to who may and sees the whole tenant', async () => {
    const client = await signedIn()
    for (const to of ['a@test.example', 'b@test.example']) await queue(client.tenant_id, { to })
    await runQueue(client.tenant_id)
    const shown = (await client.api['mail-outbox'].get({ query: {} })).data!.items
    expect(shown.map(({ recipient }) => recipient)).toEqual(['b@test.example', 'a@test.example'])
    expect(shown[0]!.text).toContain(link)
    expect(JSON.stringify(shown)).not.toContain('content')
    // Who sees a part sees that there was mail to whom he sees, and not what it said.
    const partly = await signedIn(everyPermission, { tenant_id: client.tenant_id, units: [] })
    await queue(client.tenant_id, { to: partly.email.toUpperCase() })
    await runQueue(client.tenant_id)
    const seen = (await partly.api['mail-outbox'].get({ query: {} })).data!.items
    expect(seen).toMatchObject([{ recipient: partly.email.toUpperCase(), subject: null, text: null }])
    const stranger = await signedIn()
    expect((await stranger.api['mail-outbox'].get({ query: {} })).data!.items).toEqual([])
  })

  test('says nothing of what it holds in production, nor where others than this machine are served', async () => {
    const client = await signedIn()
    await queue(client.tenant_id)
    await runQueue(client.tenant_id)
    const shown = async () => (await client.api['mail-outbox'].get({ query: {} })).data!.items[0]!
    expect((await shown()).text).toContain(link)
    const before = { mode: Bun.env.NODE_ENV, url: config.API_PUBLIC_URL }
    try {
      config.API_PUBLIC_URL = 'https://cloud.example'
      expect(await shown()).toMatchObject({ state: 'kept', text: null })
      config.API_PUBLIC_URL = before.url
      Bun.env.NODE_ENV = 'production'
      expect(await shown()).toMatchObject({ state: 'kept', text: null })
    } finally {
      config.API_PUBLIC_URL = before.url
      Bun.env.NODE_ENV = before.mode
    }
  })

  test('is not for the group Read only, for its links change passwords', async () => {
    const [row] =
      await owner`select to_json(permissions) as permissions from access_group where tenant_id = ${await newTenant()} and built_in = 'read_only'`
    expect(expand(row!.permissions as string[])).toContain('devices.read')
    expect(expand(row!.permissions as string[])).not.toContain('settings.mail.read')
  })
})

describe('a letter', () => {
  // ASVS 1.3.11, 1.2.1
  test('takes what comes from outside as text, in one line', () => {
    const { subject, html: page } = write({ ...letter, kind: 'invitation', tenant: '<b>"Süd"</b>\r\nBcc: all@test.example' })
    expect(subject).toBe('Invitation to <b>"Süd"</b> Bcc: all@test.example')
    expect(page).toContain('&lt;b&gt;&quot;Süd&quot;&lt;/b&gt;')
    expect(page).not.toContain('<b>')
    expect(html`<i>${`a & 'b'`}</i>`).toBe('<i>a &amp; &#39;b&#39;</i>')
  })

  test('speaks the language of its reader', () => {
    expect(write({ ...letter, language: 'it' }).subject).toBe('Scegli una nuova password')
    expect(['it-IT,en', 'IT', 'de', undefined, 'en,it'].map(languageOf)).toEqual(['it', 'it', 'en', 'en', 'en'])
  })
})
