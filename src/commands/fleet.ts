import { parseArgs } from 'node:util'
import { isCloudUrl, provisioningKey } from '../agent/config'
import { readConfiguration } from '../core/configuration'

export const help = `Usage: monozu fleet [--devices N] [--interval S] [--duration S]

Registers a simulated fleet and delivers as appliances do: with clocks that are off, in bursts after having been offline, twice, out of order, and not
always well-formed. Keeps a ledger of what was acknowledged; at the end all of it has to be stored, exactly once. Exit code 1 otherwise.
The devices stay registered: use a tenant that is made for it.

  --devices N    how many (1 to 100000; 100)
  --interval S   seconds between the deliveries of a device (0.1 to 3600; 5)
  --duration S   seconds until the end (until SIGTERM or SIGINT)

Environment
  MONOZU_URL             base of the Cloud API (default http://localhost:8000)
  PROVISIONING_KEY       key from Settings, Edge registration keys
  PROVISIONING_KEY_FILE  or a file that holds it
  DATABASE_URL           where to look what is stored (the role monozu_app)`

const options = {
  devices: { type: 'string', default: '100' },
  interval: { type: 'string', default: '5' },
  duration: { type: 'string' },
} as const

export async function run(words: string[]): Promise<number> {
  const { devices, interval, duration, problems } = read(words)
  const key = provisioningKey(Bun.env, problems)
  const cloudUrl = (Bun.env.MONOZU_URL || 'http://localhost:8000').replace(/\/+$/, '')
  if (!isCloudUrl(cloudUrl)) problems.push('MONOZU_URL must be an http or https URL without credentials, query or fragment')
  if (!Bun.env.PROVISIONING_KEY && !Bun.env.PROVISIONING_KEY_FILE) problems.push('PROVISIONING_KEY or PROVISIONING_KEY_FILE is required')
  if (problems.length || !key) {
    console.error(problems.map((problem) => `monozu fleet: ${problem}`).join('\n'))
    return 2
  }
  const { DATABASE_URL: databaseUrl } = readConfiguration(Bun.env, ['DATABASE_URL'])
  const { runFleet } = await import('../fleet/fleet')
  const stop = new AbortController()
  // Once: a second signal ends the process at once, as usual.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  const timer = duration === undefined ? undefined : setTimeout(() => stop.abort(), duration * 1000)
  const intervalMs = interval * 1000
  const found = await runFleet({ cloudUrl, provisioningKey: key, databaseUrl, devices, intervalMs, stop: stop.signal, tell: console.log })
  clearTimeout(timer)
  const { lost, doubled, different, unsettled, wrong } = found
  for (const what of new Set(wrong)) console.error(`an answer that must not be: ${what}`)
  if (unsettled) console.error(`${unsettled} batches were not acknowledged in time: the comparison is not exact`)
  console.log(`lost: ${lost}, twice: ${doubled}, devices with other records: ${different}, wrong answers: ${wrong.length}`)
  return lost || doubled || different || unsettled || wrong.length ? 1 : 0
}

function read(words: string[]) {
  const problems: string[] = []
  const limited = (name: string, text: string, least: number, most: number) => {
    const number = Number(text)
    if (!(number >= least && number <= most)) problems.push(`--${name} must be a number from ${least} to ${most}`)
    return number
  }
  try {
    const { values: given } = parseArgs({ args: words, options })
    const devices = limited('devices', given.devices, 1, 100_000)
    if (!Number.isInteger(devices)) problems.push('--devices must be a whole number')
    const interval = limited('interval', given.interval, 0.1, 3600)
    const duration = given.duration === undefined ? undefined : limited('duration', given.duration, 0.1, 31_536_000)
    return { devices, interval, duration, problems }
  } catch (error) {
    problems.push((error as Error).message)
    return { devices: 0, interval: 0, duration: undefined, problems }
  }
}
