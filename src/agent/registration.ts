import { type Clock, createBackoff } from './clock'
import type { AgentConfig } from './config'
import { type Device, keepDevice, readDevice, replaceDevice, toDevice } from './device'
import { type Log, reasonOf } from './log'
import { exchange, isFields, problemWord, readJson, retryAfterMs } from './wire'

const rotationTries = 5
/** Longer than this after the last renewal, a refused key is news and not a repetition. */
const settledMs = 600_000

/** The device's credentials: kept in the state directory, made by registering, renewed when the Cloud no longer takes them. */
export function createRegistration(options: {
  config: AgentConfig
  hardwareId: string
  clock: Clock
  log: Log
  stop: AbortSignal
  random?: () => number
}) {
  const { config, clock, log, stop, random } = options
  const backoff = createBackoff({ baseMs: 1_000, capMs: 300_000, random })
  let device = readDevice(config.stateDir)
  let renewal: Promise<void> | undefined
  let renewedAt = Number.NEGATIVE_INFINITY
  let spacingMs = 0

  function keep(next: Device) {
    keepDevice(config.stateDir, next, log)
    device = next
  }

  /** One try; answers the milliseconds to wait before the next, or undefined when the device is registered. */
  async function tryToRegister(provisioningKey: string): Promise<number | undefined> {
    const body = JSON.stringify({ name: config.deviceName, hardware_id: options.hardwareId })
    const headers = { 'content-type': 'application/json', 'x-provisioning-key': provisioningKey }
    try {
      return await exchange(
        `${config.cloudUrl}/api/v1/devices/register`,
        { method: 'POST', headers, body },
        { limitMs: 15_000, signal: stop },
        async (response) => {
          const answer = response.ok ? await readJson(response, 65_536) : undefined
          const next = isFields(answer) ? toDevice({ ...answer, cloud_url: config.cloudUrl, interval: device?.interval }) : undefined
          if (next) {
            keep(next)
            log('info', 'registered', { device_id: next.device_id })
            return undefined
          }
          const error = response.ok ? 'answer not understood' : await problemWord(response)
          const waitMs = Math.max(retryAfterMs(response, clock.now()) ?? 0, backoff.nextMs())
          log('warn', 'registration_refused', { status: response.status, error, next_try_ms: waitMs })
          return waitMs
        },
      )
    } catch (error) {
      const waitMs = backoff.nextMs()
      if (!stop.aborted) log('warn', 'cloud_unreachable', { during: 'registration', reason: reasonOf(error), next_try_ms: waitMs })
      return waitMs
    }
  }

  /** `done`, `later` for what may work if it is tried again, or the word of a refusal. */
  async function tryToRotate(request: string): Promise<string> {
    if (!device) throw new Error('not registered yet')
    const asking = device
    const headers = { 'x-device-key': asking.device_key, 'idempotency-key': request }
    const limits = { limitMs: 15_000, signal: stop }
    const url = `${asking.cloud_url}/api/v1/devices/self/key`
    const answered = await exchange(url, { method: 'POST', headers }, limits, async (response) => {
      if (response.status === 429 || response.status >= 500) return 'later'
      return response.ok ? await readJson(response, 65_536) : problemWord(response)
    }).catch(() => 'later')
    if (typeof answered === 'string') return answered
    if (device.device_key !== asking.device_key) return 'registered again meanwhile'
    const next = isFields(answered) ? toDevice({ ...device, device_key: answered.device_key }) : undefined
    if (!next) return 'answer not understood'
    // Only what is kept is used: its first use ends the other.
    replaceDevice(config.stateDir, next)
    device = next
    return 'done'
  }

  async function renew() {
    if (clock.now() - renewedAt >= settledMs) backoff.reset()
    else await clock.wait(spacingMs, stop)
    if (stop.aborted) return
    const key = config.provisioningKey
    log('warn', 'device_key_refused', { hint: key ? 'registering again' : 'give PROVISIONING_KEY to register again' })
    // A new key that is refused too must not make the agent register in a circle.
    spacingMs = (key ? await tryToRegister(key) : undefined) ?? backoff.nextMs()
    renewedAt = clock.now()
  }

  return {
    /** Registers unless credentials for this Cloud are kept; tries until it works or the agent stops (then undefined). */
    async ensure(): Promise<Device | undefined> {
      if (device && device.cloud_url !== config.cloudUrl) {
        if (config.provisioningKey) device = undefined
        else log('warn', 'other_cloud', { hint: 'registered with another MONOZU_URL; give PROVISIONING_KEY to move' })
      }
      while (!stop.aborted) {
        if (device) return device
        const waitMs = await tryToRegister(config.provisioningKey ?? '')
        if (waitMs !== undefined) await clock.wait(waitMs, stop)
      }
      return undefined
    },
    /** The credentials of now; only after `ensure`. */
    device(): Device {
      if (!device) throw new Error('not registered yet')
      return device
    },
    /** A request with `usedKey` got 401: registers again unless that has happened meanwhile; waits first when it was tried lately. */
    async refused(usedKey: string): Promise<void> {
      if (device?.device_key !== usedKey) return
      renewal ??= renew().finally(() => (renewal = undefined))
      await renewal
    },
    /**
     * Asks for a new key with the one of now, and goes on with it once it is kept. The same `request` gets the same key again, so that a lost answer
     * costs nothing. Throws when it did not come about: the key of now goes on.
     */
    async rotateKey(request: string): Promise<void> {
      const pause = createBackoff({ baseMs: 1_000, capMs: 30_000, random })
      for (let tries = 1; ; tries++) {
        const outcome = await tryToRotate(request)
        if (outcome === 'done') return log('info', 'key_rotated')
        if (outcome !== 'later' || tries === rotationTries || stop.aborted) throw new Error(`no new key: ${outcome}`)
        await clock.wait(pause.nextMs(), stop)
      }
    },
    setIntervalSeconds(seconds: number) {
      if (device) keep({ ...device, interval: seconds })
    },
    intervalSeconds: () => device?.interval ?? config.intervalSeconds,
  }
}

export type Registration = ReturnType<typeof createRegistration>
