import { accessSync, constants, mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { readDevice } from './device'
import { readText } from './files'

export interface AgentConfig {
  /** Base of the Cloud API, without a trailing slash. */
  cloudUrl: string
  provisioningKey: string | undefined
  deviceName: string
  stateDir: string
  intervalSeconds: number
}

/** Reads the environment; `problems` names every fault at once and never quotes a value. */
export function readConfig(env: Record<string, string | undefined>): { config: AgentConfig; problems: string[] } {
  const problems: string[] = []
  const stateDir = resolve(env.AGENT_STATE_DIR || '.data/edge')
  const config: AgentConfig = {
    cloudUrl: (env.MONOZU_URL || 'http://localhost:8000').replace(/\/+$/, ''),
    provisioningKey: provisioningKey(env, problems),
    deviceName: (env.DEVICE_NAME || hostname()).trim(),
    stateDir,
    intervalSeconds: Number(env.INTERVAL_SECONDS || 5),
  }
  if (!isCloudUrl(config.cloudUrl)) problems.push('MONOZU_URL must be an http or https URL without credentials, query or fragment')
  if (!config.deviceName || config.deviceName.length > 120) problems.push('DEVICE_NAME must have 1 to 120 characters')
  if (!isInterval(config.intervalSeconds)) problems.push('INTERVAL_SECONDS must be a whole number from 1 to 3600')
  if (!isWritable(stateDir)) problems.push('AGENT_STATE_DIR must be a directory that can be written')
  const keyGiven = env.PROVISIONING_KEY || env.PROVISIONING_KEY_FILE
  if (!keyGiven && !readDevice(stateDir))
    problems.push('PROVISIONING_KEY or PROVISIONING_KEY_FILE is required until the device is registered')
  return { config, problems }
}

export const isInterval = (seconds: unknown): seconds is number =>
  Number.isInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= 3600

export function provisioningKey(env: Record<string, string | undefined>, problems: string[]): string | undefined {
  const { PROVISIONING_KEY: value, PROVISIONING_KEY_FILE: path } = env
  if (value && path) problems.push('PROVISIONING_KEY and PROVISIONING_KEY_FILE exclude each other')
  const key = path ? readText(path)?.replace(/\r?\n$/, '') : value || undefined
  if (path && key === undefined) problems.push('PROVISIONING_KEY_FILE cannot be read')
  // Anything else would be refused by the HTTP client, with the key in its message.
  if (key !== undefined && !/^[\x21-\x7e]{1,512}$/.test(key)) {
    problems.push(`${path ? 'PROVISIONING_KEY_FILE' : 'PROVISIONING_KEY'} does not hold a key`)
  }
  return key
}

export function isCloudUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash
}

function isWritable(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}
