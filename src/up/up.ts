import { join } from 'node:path'
import { version } from '../../package.json'
import type { Configuration } from '../core/configuration'
import { migrateDatabase } from '../core/migrate'
import { untilStopped } from '../core/stop'
import { type Secrets, StartProblem, keptSecrets, openDataFolder } from './data-folder'
import { type DatabaseFile, openDatabase } from './database'
import type { Demo } from './demo'
import { assertFree } from './ports'
import { type Part, supervise } from './supervisor'

const readyMs = 60_000

const took = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const since = performance.now()
  const result = await work()
  console.log(`  ${name.padEnd(34)} ${took(since)}`)
  return result
}

async function untilReady(url: string, stopped: () => boolean) {
  for (const since = performance.now(); performance.now() - since < readyMs && !stopped(); await Bun.sleep(50)) {
    const ready = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
  }
  if (!stopped()) throw new StartProblem(`${url} did not become ready within ${readyMs / 1000} s; its log is in the data folder`)
}

interface Addresses {
  api: string
  management: string
  ingest: string
}

/** What the parts are told: their own role's URL and nothing of the others'. */
function environments(
  config: Configuration,
  secrets: Secrets,
  database: DatabaseFile,
  { api, ingest, management }: Addresses,
  folder: string,
) {
  const { PORT: _, DATABASE_URL: __, ...inherited } = Bun.env
  const common = {
    ...inherited,
    HOST: Bun.env.HOST ?? '127.0.0.1',
    API_PORT: String(config.API_PORT),
    INGESTOR_PORT: String(config.INGESTOR_PORT),
    MANAGEMENT_PORT: String(config.MANAGEMENT_PORT),
    API_PUBLIC_URL: Bun.env.API_PUBLIC_URL ?? api,
    INGEST_PUBLIC_URL: Bun.env.INGEST_PUBLIC_URL ?? ingest,
  }
  const keys = config.SECRET_KEY ? {} : { SECRET_KEY: secrets.secret_key }
  const ring = config.ENCRYPTION_KEYS.length ? {} : { ENCRYPTION_KEYS: secrets.encryption_keys }
  const planes = {
    MANAGEMENT_URL: Bun.env.MANAGEMENT_URL ?? management,
    INTERNAL_TOKEN: Bun.env.INTERNAL_TOKEN ?? secrets.internal_token,
    CLOUD_WEBHOOK_HMAC_SECRET: Bun.env.CLOUD_WEBHOOK_HMAC_SECRET ?? secrets.webhook_secret,
  }
  const cloud = { ...common, ...keys, ...ring, ...planes, DATABASE_URL: database.app_url }
  return {
    cloud,
    // It reads MANAGEMENT_X before X by itself.
    management: {
      ...common,
      ...ring,
      ...planes,
      MANAGEMENT_DATABASE_URL: database.management_url,
      MANAGEMENT_SECRET_KEY: Bun.env.MANAGEMENT_SECRET_KEY ?? secrets.management_secret_key,
      MANAGEMENT_API_PUBLIC_URL: Bun.env.MANAGEMENT_API_PUBLIC_URL ?? management,
      MANAGEMENT_APP_BASE_URL: Bun.env.MANAGEMENT_APP_BASE_URL ?? management,
      CLOUD_URL: Bun.env.CLOUD_URL ?? api,
    },
    ingestor: {
      ...common,
      DATABASE_URL: database.ingest_url,
      SPOOL_DIR: Bun.env.SPOOL_DIR ?? join(folder, 'spool'),
      DRAIN_SECONDS: Bun.env.DRAIN_SECONDS ?? '0',
    },
  }
}

function welcome({ api, ingest, management }: Addresses, folder: string, demo: Demo | undefined) {
  console.log(`\n  Console      ${api}\n  API          ${api}/api/docs\n  Ingest       ${ingest}/v1/ingest\n  Management   ${management}`)
  if (demo) console.log(`  Sign in      ${demo.email}  ${demo.password}\n  Staff        ${demo.staff.email}  ${demo.staff.password}`)
  console.log(`  Data, logs   ${folder}\n\n  Ctrl-C stops everything.\n`)
}

async function start(config: Configuration, options: { demo: boolean }, parts: Part[], stopped: () => boolean) {
  const host = Bun.env.HOST ?? '127.0.0.1'
  const folder = openDataFolder(Bun.env.DATA_DIR ?? '.data')
  const ports = ['API_PORT', 'INGESTOR_PORT', 'MANAGEMENT_PORT'] as const
  for (const name of ports) assertFree(host, config[name], name)
  const secrets = keptSecrets(folder)
  const told = (name: string) => console.log(`  ${name} ended unexpectedly and is started again`)
  const { database, part } = await step('PostgreSQL', () =>
    openDatabase(
      folder,
      secrets,
      config.DATABASE_URL,
      ports.map((name) => config[name]),
      told,
    ),
  )
  if (part) parts.push(part)
  await step('database up to date', () =>
    migrateDatabase(database.owner_url, {
      monozu_app: secrets.app_password,
      monozu_ingest: secrets.ingest_password,
      monozu_management: secrets.management_password,
    }),
  )
  const shownHost = ['127.0.0.1', '0.0.0.0', '::', 'localhost'].includes(host) ? 'localhost' : host
  const at = (port: number) => `http://${shownHost}:${port}`
  const addresses = { api: at(config.API_PORT), ingest: at(config.INGESTOR_PORT), management: at(config.MANAGEMENT_PORT) }
  const { cloud, ingestor, management } = environments(config, secrets, database, addresses, folder)
  const demo = options.demo
    ? await step('demo content', () => demoContent(folder, { ...cloud, MANAGEMENT_DATABASE_URL: database.management_url }))
    : undefined
  const add = (name: string, environment: Record<string, string | undefined>) =>
    parts.unshift(supervise({ name, environment, logFolder: join(folder, 'logs'), died: told }))
  await step('API, ingestor, worker, management', async () => {
    add('worker', cloud)
    add('api', cloud)
    add('ingestor', ingestor)
    add('management', management)
    await Promise.all(Object.values(addresses).map((url) => untilReady(`${url}/readyz`, stopped)))
  })
  if (demo)
    add('edge', { ...Bun.env, MONOZU_URL: addresses.api, PROVISIONING_KEY: demo.provisioning_key, AGENT_STATE_DIR: join(folder, 'edge') })
  if (!stopped()) welcome(addresses, folder, demo)
}

/** The demo goes through the product's services, which read the configuration of the process they run in. */
async function demoContent(folder: string, environment: Record<string, string | undefined>): Promise<Demo> {
  Object.assign(Bun.env, environment)
  const { makeDemo } = await import('./demo')
  const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString('base64url')
  return makeDemo(folder, Bun.env.DEMO_PASSWORD ?? random())
}

/** Runs until SIGTERM or SIGINT and stops all parts, the database last. Exit code 1 with one sentence when it cannot start. */
export async function up(config: Configuration, options: { demo: boolean }): Promise<number> {
  console.log(`\nMonozu Cloud ${version}\n`)
  const parts: Part[] = []
  let over = false
  const stopped = untilStopped().then(() => (over = true))
  let code = 0
  const starting = start(config, options, parts, () => over)
  try {
    await Promise.race([starting, stopped])
    await stopped
    console.log('\n  stopping')
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error
    console.error(`  ${error.message}.`)
    code = 1
  } finally {
    await starting.catch(() => {})
    for (const part of parts) await part.stop()
  }
  return code
}
