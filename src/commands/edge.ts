import { runAgent } from '../agent/agent'
import { readConfig } from '../agent/config'

export const help = `Usage: monozu edge

The reference edge agent. Registers this host as a device, reports its figures, what it offers on the network and what is alarming, and executes
commands from the console. Only outbound connections; no port is opened.

Environment
  MONOZU_URL             base of the Cloud API (default http://localhost:8000)
  PROVISIONING_KEY       key from Settings, Edge registration keys; needed until the device is registered
  PROVISIONING_KEY_FILE  or a file that holds it
  DEVICE_NAME            name of the device (default: the host name)
  AGENT_STATE_DIR        credentials and unsent records (default .data/edge)
  INTERVAL_SECONDS       seconds between reports, 1 to 3600 (default 5); a set_interval command replaces it for good
`

/** Runs until SIGTERM or SIGINT; exit code 2 for a fault in the arguments or the environment. */
export async function run(args: string[]): Promise<number> {
  const { config, problems } = readConfig(process.env)
  for (const argument of args) problems.unshift(`unknown argument ${argument}`)
  if (problems.length > 0) {
    console.error(problems.map((problem) => `monozu edge: ${problem}`).join('\n'))
    return 2
  }
  const stop = new AbortController()
  // Once: a second signal ends the process at once, as usual.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  await runAgent({ config, stop: stop.signal })
  return 0
}
