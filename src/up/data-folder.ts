import { randomBytes } from 'node:crypto'
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** One clear sentence for the person at the keyboard; nothing else is printed. */
export class StartProblem extends Error {}

export function openDataFolder(path: string): string {
  const folder = resolve(path)
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    writeFileSync(join(folder, '.writable'), '')
  } catch {
    throw new StartProblem(`The data folder ${folder} cannot be written; set DATA_DIR to one that can`)
  }
  return folder
}

/** Written beside and renamed, so that a crash never leaves half a file; mode 600, as these hold secrets. */
export function writeSecretJson(path: string, content: object) {
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}

export function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    throw new StartProblem(`${path} is damaged: restore it from a backup, or remove the data folder to start anew`)
  }
}

export interface Secrets {
  secret_key: string
  encryption_keys: string
  postgres_password: string
  app_password: string
  ingest_password: string
  management_password: string
  management_secret_key: string
  internal_token: string
  webhook_secret: string
}

const random = () => randomBytes(24).toString('base64url')

/** What the two planes show each other, and what the Management plane signs with: also made where an installation is older than it. */
const betweenPlanes = () => ({
  management_secret_key: randomBytes(48).toString('base64url'),
  internal_token: randomBytes(48).toString('base64url'),
  webhook_secret: `whsec_${randomBytes(32).toString('base64')}`,
})

/** The installation's own secrets, made at the first start and kept. */
export function keptSecrets(folder: string): Secrets {
  const path = join(folder, 'secrets.json')
  const kept = readJson<Secrets>(path)
  if (kept?.webhook_secret) return kept
  if (kept) {
    const whole = { ...kept, ...betweenPlanes() }
    writeSecretJson(path, whole)
    return whole
  }
  if (existsSync(join(folder, 'postgres', 'PG_VERSION'))) {
    throw new StartProblem(`${path} is missing, but there is a database: restore it from a backup, or remove the data folder to start anew`)
  }
  const made: Secrets = {
    secret_key: randomBytes(48).toString('base64url'),
    encryption_keys: `k1:${randomBytes(32).toString('base64')}`,
    postgres_password: random(),
    app_password: random(),
    ingest_password: random(),
    management_password: random(),
    ...betweenPlanes(),
  }
  writeSecretJson(path, made)
  return made
}
