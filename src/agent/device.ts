import { join } from 'node:path'
import { keepFile, readJsonFile, replaceFile } from './files'
import type { Log } from './log'
import { isFields } from './wire'

/** What `device.json` holds. */
export interface Device {
  cloud_url: string
  device_id: string
  device_key: string
  ingest_url: string
  commands_url: string
  /** Seconds between reports, once a `set_interval` command has set it. */
  interval?: number
}

const required = ['cloud_url', 'device_id', 'device_key', 'ingest_url', 'commands_url'] as const
const devicePath = (stateDir: string) => join(stateDir, 'device.json')

/** The kept credentials, or undefined when there are none that can be used. */
export function readDevice(stateDir: string): Device | undefined {
  return toDevice(readJsonFile(devicePath(stateDir)))
}

/** Checks an answer or a file; undefined when a part is missing or of no use. */
export function toDevice(value: unknown): Device | undefined {
  if (!isFields(value)) return undefined
  const texts = required.map((name) => [name, value[name]] as const)
  if (texts.some(([, text]) => typeof text !== 'string' || !text || text.length > 2_000)) return undefined
  const device = Object.fromEntries(texts) as Record<(typeof required)[number], string>
  if (!/^https?:/.test(device.ingest_url) || !/^https?:/.test(device.commands_url) || !/^[\x21-\x7e]+$/.test(device.device_key))
    return undefined
  return typeof value.interval === 'number' ? { ...device, interval: value.interval } : device
}

const written = (device: Device) => `${JSON.stringify(device, null, 2)}\n`

/** Writes `device.json`, readable by its owner alone; where that fails the agent goes on from memory. */
export function keepDevice(stateDir: string, device: Device, log: Log): void {
  keepFile(devicePath(stateDir), written(device), log)
}

/** The same, for what is of use only once it is kept: throws where it cannot be written. */
export function replaceDevice(stateDir: string, device: Device): void {
  replaceFile(devicePath(stateDir), written(device))
}
