import { join } from 'node:path'
import { type Clock, createBell, systemClock } from './clock'
import { createCommands, type Handler } from './commands'
import { type AgentConfig, isInterval } from './config'
import { createDelivery } from './delivery'
import { cpuSample, type HostPaths, telemetry, thisHost, uptimeSeconds } from './host'
import { stablePorts } from './inventory'
import { type Log, reasonOf, standardLog } from './log'
import { hardwareId } from './machine'
import { createOutbox, type RecordKind } from './outbox'
import { createRegistration } from './registration'
import { createWatch } from './watch'

/** Between the two CPU samples of the first report. */
const firstSampleMs = 200
const watchMs = 5_000
/** How long a request under way may still take after the agent was told to stop. */
const graceMs = 2_000

/** Registers, then reports this host and executes commands until `stop` aborts. Opens no port. */
export async function runAgent(options: {
  config: AgentConfig
  stop: AbortSignal
  clock?: Clock
  log?: Log
  paths?: HostPaths
}): Promise<void> {
  const { config, stop, clock = systemClock, log = standardLog, paths = thisHost } = options
  if (config.cloudUrl.startsWith('http:') && !/^http:\/\/(localhost|127\.|\[::1\])/.test(config.cloudUrl)) {
    log('warn', 'unencrypted', { hint: 'MONOZU_URL is not https: keys can be read on the way' })
  }
  const outbox = createOutbox({ path: join(config.stateDir, 'buffer.ndjson'), log })
  const registration = createRegistration({ config, hardwareId: hardwareId(config.stateDir, paths.machineId), clock, log, stop })
  const registered = await registration.ensure()
  if (!registered) return outbox.persist()

  const filled = createBell(clock, stop)
  const intervalChanged = createBell(clock, stop)
  const watch = createWatch({ paths, stateDir: config.stateDir, clock, log })
  let before = cpuSample(paths)

  function put(kind: RecordKind, data: object[]) {
    if (data.length === 0) return
    const timestamp = new Date(clock.now()).toISOString()
    outbox.add(data.map((one) => ({ id: Bun.randomUUIDv7(), kind, timestamp, data: one })))
    filled.ring()
  }

  async function reportTelemetry() {
    const now = cpuSample(paths)
    const [host, ...labelled] = await telemetry(paths, before, now)
    before = now
    put('telemetry', [{ ...host, agent_dropped_records: outbox.dropped() }, ...labelled])
  }

  async function lookAround(isFull = false) {
    const { discoveries, alerts, inventory } = await watch.look({ isFull })
    put('security_alert', alerts)
    put('discovery', discoveries)
    return inventory
  }

  const handlers: Record<string, Handler> = {
    ping: {
      run: () => ({ pong: true, at: new Date(clock.now()).toISOString(), uptime_seconds: uptimeSeconds(paths) }),
    },
    refresh_inventory: {
      isSlow: true,
      run: async () => {
        const inventory = await lookAround(true)
        return { addresses: inventory.own.length, open_ports: stablePorts(inventory).length, neighbours: inventory.neighbours.length }
      },
    },
    rotate_key: {
      isSlow: true,
      run: async (_, id) => {
        await registration.rotateKey(id)
        return { rotated: true }
      },
    },
    set_interval: {
      run: ({ seconds }) => {
        if (!isInterval(seconds)) throw new Error('seconds must be a whole number from 1 to 3600')
        registration.setIntervalSeconds(seconds)
        intervalChanged.ring()
        return { seconds }
      },
    },
  }

  /** A tick that fails is told and does not end the agent. */
  const safely = (event: string, work: () => Promise<unknown>) =>
    work().catch((error: unknown) => log('error', event, { reason: reasonOf(error) }))

  async function reportLoop() {
    await clock.wait(firstSampleMs, stop)
    while (!stop.aborted) {
      await safely('report_failed', reportTelemetry)
      await intervalChanged.rest(registration.intervalSeconds() * 1_000)
    }
  }

  async function watchLoop() {
    while (!stop.aborted) {
      await safely('watch_failed', () => lookAround())
      await clock.wait(watchMs, stop)
    }
  }

  const grace = new AbortController()
  const finished = new AbortController()
  stop.addEventListener('abort', () => void clock.wait(graceMs, finished.signal).then(() => grace.abort()))
  const shared = { registration, clock, log, signal: grace.signal }
  const delivery = createDelivery({ ...shared, outbox, rejectedPath: join(config.stateDir, 'rejected.ndjson') })
  const commands = createCommands({ ...shared, stop, handlers, path: join(config.stateDir, 'commands.json') })

  log('info', 'reporting', { device_id: registered.device_id, interval_seconds: registration.intervalSeconds() })
  await Promise.all([reportLoop(), watchLoop(), delivery.run(stop, filled), commands.run()])
  finished.abort()
  watch.close()
  outbox.persist()
  log('info', 'stopped', { buffered: outbox.size() })
}
