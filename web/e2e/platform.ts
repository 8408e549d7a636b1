import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { freePort } from '../../src/core/embedded-postgres'
import { codeOf, stepAt } from '../../src/core/totp'

const root = join(import.meta.dir, '../..')

interface SignIn {
  email: string
  password: string
}
export interface Platform {
  url: string
  ingestUrl: string
  /** Of the database, above all rules. */
  ownerUrl: string
  admin: SignIn & { tenant_id: string; provisioning_key: string }
  technician: SignIn
  other: SignIn
  /** The Management plane, and its owner. */
  managementUrl: string
  staff: SignIn
  /** Takes the API away until what is returned is called. */
  loseApi: () => () => void
  stop: () => Promise<void>
}

/** The whole product as a person starts it: `monozu up` on an empty data folder, on ports of its own; `more` is configured besides. */
export async function startPlatform(more: Record<string, string> = {}): Promise<Platform> {
  const folder = mkdtempSync(join(tmpdir(), 'monozu-e2e-'))
  const [port, ingestPort, managementPort] = [Number(more.API_PORT ?? freePort()), freePort(), freePort()]
  const environment = {
    PATH: Bun.env.PATH,
    HOME: Bun.env.HOME,
    DATA_DIR: folder,
    API_PORT: String(port),
    INGESTOR_PORT: String(ingestPort),
    MANAGEMENT_PORT: String(managementPort),
    ...more,
  }
  const child = Bun.spawn([process.execPath, join(root, 'src/main.ts'), 'up'], { env: environment, stdout: 'pipe', stderr: 'inherit' })
  let said = ''
  for await (const chunk of child.stdout) {
    said += new TextDecoder().decode(chunk)
    if (said.includes('Ctrl-C')) break
  }
  if (!said.includes('Ctrl-C')) throw new Error(`the platform did not start: ${said}`)
  const demo = (await Bun.file(join(folder, 'demo.json')).json()) as SignIn & {
    tenant_id: string
    provisioning_key: string
    technician: SignIn
    other: SignIn
    staff: SignIn
  }
  return {
    url: `http://localhost:${port}`,
    ingestUrl: `http://localhost:${ingestPort}`,
    ownerUrl: ((await Bun.file(join(folder, 'database.json')).json()) as { owner_url: string }).owner_url,
    admin: demo,
    technician: demo.technician,
    other: demo.other,
    managementUrl: `http://localhost:${managementPort}`,
    staff: demo.staff,
    loseApi() {
      // The supervisor would start it anew at once.
      process.kill(child.pid, 'SIGSTOP')
      const parts = Bun.spawnSync(['ps', '-Ao', 'pid=,ppid=,args=']).stdout.toString().trim().split('\n')
      const api = parts
        .map((line) => line.trim().split(/\s+/))
        .find(([, parent, ...args]) => Number(parent) === child.pid && args.at(-1) === 'api')
      process.kill(Number(api![0]), 'SIGKILL')
      return () => void process.kill(child.pid, 'SIGCONT')
    },
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What staff do for an organization that has registered itself: they give it a licence and activate it. */
export async function activate({ managementUrl, staff }: Platform, name: string) {
  const call = async <T>(path: string, body?: object, token?: string) => {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) }
    const reply = await fetch(`${managementUrl}/api/v1${path}`, {
      method: body ? 'POST' : 'GET',
      headers,
      body: body && JSON.stringify(body),
    })
    if (!reply.ok) throw new Error(`${path} ${reply.status} ${await reply.text()}`)
    return (await reply.json()) as T
  }
  const { session_token } = await call<{ session_token: string }>('/auth/login', staff)
  const { secret } = await call<{ secret: string }>('/auth/mfa/enrol', { session_token })
  const totp_code = codeOf(secret, stepAt(Date.now()))
  const { access_token: token } = await call<{ access_token: string }>('/auth/mfa/enrol/confirm', { session_token, totp_code })
  const plan = (await call<{ items: { id: string }[] }>('/plans', undefined, token)).items.at(0)!
  const tenant = (await call<{ items: { id: string }[] }>(`/tenants?search=${encodeURIComponent(name)}`, undefined, token)).items.at(0)!
  await call(`/tenants/${tenant.id}/licences`, { plan_id: plan.id, expires_at: null, reason: 'a journey' }, token)
  await call(`/tenants/${tenant.id}/events`, { event: 'activate', reason: 'a journey' }, token)
}

export async function signIn(page: Page, url: string, { email, password }: SignIn) {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
}

/** Calls of the API as somebody who signed in; refusals are thrown. */
export async function callerOf({ url }: Platform, { email, password }: SignIn) {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  const call = async <T = unknown>(method: string, path: string, body?: object): Promise<T> => {
    const reply = await fetch(`${url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path} ${reply.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as T
  }
  const { access_token } = await call<{ access_token: string }>('POST', '/auth/login', { email, password })
  headers['authorization'] = `Bearer ${access_token}`
  return call
}

export interface Registered {
  device_id: string
  device_key: string
}

/** With the first tenant's key, where no other is given. */
export async function registerDevice(
  { url, admin }: Platform,
  input: { name: string; type?: string },
  key = admin.provisioning_key,
): Promise<Registered> {
  const reply = await fetch(`${url}/api/v1/devices/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-provisioning-key': key },
    body: JSON.stringify(input),
  })
  if (!reply.ok) throw new Error(`the device was not registered: ${reply.status}`)
  return (await reply.json()) as Registered
}

export async function report({ ingestUrl }: Platform, { device_key }: Registered, ...records: { kind: string; data: object }[]) {
  const timestamp = new Date().toISOString()
  const reply = await fetch(`${ingestUrl}/v1/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-device-key': device_key },
    body: JSON.stringify(records.map((record) => ({ ...record, timestamp }))),
  })
  if (!reply.ok) throw new Error(`the ingestor answered ${reply.status}`)
}
