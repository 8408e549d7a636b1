import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { freePort } from '../../src/core/embedded-postgres'
import { codeOf, stepAt } from '../../src/core/totp'
import { processes } from '../../src/testing/process'

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
  const [port, ingestPort, managementPort] = [Number(more.API_PORT ?? freePort()), freePort(), Number(more.MANAGEMENT_PORT ?? freePort())]
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

/** Calls of an API; refusals are thrown. */
const caller =
  (base: string, headers: Record<string, string> = {}) =>
  async <T = unknown>(method: string, path: string, body?: object): Promise<T> => {
    const reply = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path} ${reply.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as T
  }

/** Calls of the Management plane as its owner, whose second factor is set up by the first of them. */
async function staffOf({ managementUrl, staff }: Platform) {
  const call = caller(managementUrl)
  const { session_token } = await call<{ session_token: string }>('POST', '/auth/login', staff)
  const { secret } = await call<{ secret: string }>('POST', '/auth/mfa/enrol', { session_token })
  const totp_code = codeOf(secret, stepAt(Date.now()))
  const { access_token } = await call<{ access_token: string }>('POST', '/auth/mfa/enrol/confirm', { session_token, totp_code })
  return caller(managementUrl, { authorization: `Bearer ${access_token}` })
}
const staffCalls = new Map<string, ReturnType<typeof staffOf>>()

/** What staff do for an organization that has registered itself: they give it a licence and activate it. Of several of this name it is the newest. */
export async function activate(platform: Platform, name: string) {
  const staff = staffCalls.get(platform.managementUrl) ?? staffOf(platform)
  staffCalls.set(platform.managementUrl, staff)
  const call = await staff
  const plan = (await call<{ items: { id: string }[] }>('GET', '/plans')).items.at(0)!
  const tenant = (await call<{ items: { id: string }[] }>('GET', `/tenants?search=${encodeURIComponent(name)}`)).items.at(0)!
  await call('POST', `/tenants/${tenant.id}/licences`, { plan_id: plan.id, expires_at: null, reason: 'a journey' })
  await call('POST', `/tenants/${tenant.id}/events`, { event: 'activate', reason: 'a journey' })
}

const password = 'nine grey herons at the weir'

async function register(platform: Platform, tenant_name: string, email: string) {
  await caller(platform.url)('POST', '/auth/register', { email, password, name: 'Administrator', tenant_name })
  await activate(platform, tenant_name)
  return { email, password }
}

/** Somebody who works on devices and alerts of one customer, with a password of his own choice. */
async function addTechnician(platform: Platform, call: Awaited<ReturnType<typeof callerOf>>, email: string, org_unit_id: string) {
  const { items } = await call<{ items: { permission: string }[] }>('GET', '/permissions')
  const permissions = items.map(({ permission }) => permission).filter((name) => !/^(settings|audit)\./.test(name))
  const { id } = await call<{ id: string }>('POST', '/groups', { name: 'Technicians', permissions })
  const user = { email, name: 'Technician', group_ids: [id], org_unit_scope: [{ org_unit_id, subtree: true }] }
  const { initial_password } = await call<{ initial_password: string }>('POST', '/users', user)
  const stranger = caller(platform.url)
  const { session_token } = await stranger<{ session_token: string }>('POST', '/auth/login', { email, password: initial_password })
  await stranger('POST', '/auth/password/reset', { token: session_token, new_password: password })
  return { email, password }
}

let shared: Promise<Platform> | undefined
let organizations = 0

/** The one platform of the run, as it is after its first start; it ends with the run. */
export function sharedPlatform(): Promise<Platform> {
  // All of its processes take passwords for as little as other tests do.
  shared ??= startPlatform({ BUN_OPTIONS: `--preload=${join(root, 'src/testing/password-cost.ts')}` }).then((platform) => {
    processes.keepUntilEnd(platform.stop)
    return platform
  })
  return shared
}

/** The platform of the run with an organization that nobody else has seen, furnished as that of the demo, but without sites and devices. */
export async function freshOrganization(): Promise<Platform> {
  const platform = await sharedPlatform()
  const domain = `organization-${(organizations += 1)}.example`
  const [admin, other] = await Promise.all([
    register(platform, 'Demo MSP', `admin@${domain}`),
    register(platform, 'Other MSP', `other@${domain}`),
  ])
  const call = await callerOf(platform, admin)
  const addUnit = async (name: string, parent_id: string | null = null) =>
    (await call<{ id: string }>('POST', '/org-units', { name, parent_id })).id
  const acme = await addUnit('Acme Manufacturing')
  const turin = await addUnit('Plant Turin', acme)
  await addUnit('Office Milan', acme)
  const globex = await addUnit('Globex Energy')
  await addUnit('Substation 7', globex)
  const key = { label: 'This installation', org_unit_id: turin }
  const { provisioning_key } = await call<{ provisioning_key: string }>('POST', '/settings/edge-registration-keys', key)
  const { tenant } = await call<{ tenant: { id: string } }>('GET', '/me')
  const technician = await addTechnician(platform, call, `technician@${domain}`, globex)
  return { ...platform, admin: { ...admin, tenant_id: tenant.id, provisioning_key }, technician, other }
}

/** By the form, as people do; `signIn` is for whoever only wants to be in. */
export async function signInByForm(page: Page, url: string, { email, password }: SignIn) {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
}

/** Signed in, with the page at a path. */
export async function signIn(page: Page, url: string, { email, password }: SignIn, path = '/') {
  const reply = await page.request.post(`${url}/api/v1/auth/login`, { data: { email, password }, headers: { origin: url } })
  if (!reply.ok() || !(await reply.text()).includes('access_token')) throw new Error(`${email} cannot sign in: ${await reply.text()}`)
  // The form leaves a mark, without which no cookie is tried.
  const mark = await page.addInitScript("localStorage.setItem('monozu.signed_in', '1')")
  await page.goto(`${url}${path}`)
  await mark.dispose()
  // A dialog that opens with the page hides the rest from screen readers.
  await page.getByRole('navigation', { name: /^(Main navigation|Navigazione principale)$/, includeHidden: true }).waitFor()
}

/** Calls of the API as somebody who signed in. */
export async function callerOf({ url }: Platform, { email, password }: SignIn) {
  const { access_token } = await caller(url)<{ access_token: string }>('POST', '/auth/login', { email, password })
  return caller(url, { authorization: `Bearer ${access_token}` })
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

export async function report(
  { ingestUrl }: Platform,
  { device_key }: Registered,
  ...records: { kind: string; timestamp?: string; data: object }[]
) {
  const timestamp = new Date().toISOString()
  const reply = await fetch(`${ingestUrl}/v1/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-device-key': device_key },
    body: JSON.stringify(records.map((record) => ({ timestamp, ...record }))),
  })
  if (!reply.ok) throw new Error(`the ingestor answered ${reply.status}`)
}
