import postgres from 'postgres'
import { type Sender, openSender } from './device'
import { type Difference, compare } from './ledger'
import { registerDevice } from './registration'
import { openShape } from './shapes'

export interface Options {
  cloudUrl: string
  provisioningKey: string
  /** As monozu_app: what is stored is looked at here. */
  databaseUrl: string
  devices: number
  intervalMs: number
  /** Ends the sending; what is buffered is delivered and compared after that. */
  stop: AbortSignal
  tell: (line: string) => void
}

export interface Outcome extends Difference {
  /** Batches that nobody acknowledged in time: what became of them is not known. */
  unsettled: number
  wrong: string[]
}

const registeredAtOnce = 8
const tellMs = 10_000
const settleMs = 120_000
const compareMs = 60_000
const skewMs = 600_000

/** Devices that register and deliver as appliances do: with clocks that are off, in bursts after having been offline, twice, out of order, and not always well-formed. */
export async function runFleet({ cloudUrl, provisioningKey, databaseUrl, devices, intervalMs, stop, tell }: Options): Promise<Outcome> {
  const senders = new Map<string, Sender>()
  let tenant_id = ''
  const run = Bun.randomUUIDv7()
  const numbers = Array.from({ length: devices }, (_, index) => index + 1)
  const register = async () => {
    for (let number = numbers.pop(); number && !stop.aborted; number = numbers.pop()) {
      const credentials = await registerDevice(
        cloudUrl,
        provisioningKey,
        { name: `simulated ${number}`, hardware_id: `${run}-${number}` },
        stop,
      )
      if (!credentials) return
      tenant_id = credentials.tenant_id
      senders.set(credentials.device_id, openSender(credentials, Math.random))
    }
  }
  await Promise.all(Array.from({ length: registeredAtOnce }, register))
  tell(`${senders.size} devices are registered`)

  const total = () => {
    const sum = { batches: 0, records: 0, postponed: 0, duplicates: 0, malformed: 0, pending: 0 }
    for (const { account, pending } of senders.values()) {
      sum.batches += account.batches
      sum.records += account.frames + account.logs
      sum.postponed += account.postponed
      sum.duplicates += account.duplicates
      sum.malformed += account.malformed
      sum.pending += pending()
    }
    return sum
  }
  const report = () => {
    const { batches, records, postponed, duplicates, malformed, pending } = total()
    tell(
      `acknowledged: ${records} records in ${batches} batches; sent again: ${duplicates}, postponed: ${postponed}, malformed: ${malformed}, buffered: ${pending}`,
    )
  }
  const reporting = setInterval(report, tellMs)
  await Promise.all([...senders.values()].map((sender) => live(sender, intervalMs, stop)))
  clearInterval(reporting)

  const deadline = performance.now() + settleMs
  await Promise.all([...senders.values()].map((sender) => sender.flush(() => performance.now() < deadline)))
  report()
  const accounts = new Map([...senders].map(([device_id, { account }]) => [device_id, account]))
  const difference = senders.size ? await settled(databaseUrl, tenant_id, accounts) : { lost: 0, doubled: 0, different: 0 }
  return { ...difference, unsettled: total().pending, wrong: [...senders.values()].flatMap(({ account }) => account.wrong) }
}

async function live(sender: Sender, intervalMs: number, stop: AbortSignal) {
  const shape = { random: Math.random, skewMs: Math.round((Math.random() - 0.5) * 2 * skewMs), stepMs: Math.ceil(intervalMs / 2) }
  const next = openShape({ ...shape, beganAt: Date.now() })
  let offlineTimes = 0
  await pause(Math.random() * intervalMs, stop)
  while (!stop.aborted) {
    sender.buffer(next(1 + Math.floor(Math.random() * 3)))
    if (offlineTimes) offlineTimes -= 1
    else if (Math.random() < 0.02) offlineTimes = Math.ceil(Math.random() * 20)
    else await sender.flush(() => !stop.aborted)
    await pause(intervalMs, stop)
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    stop.addEventListener('abort', end)
  })
}

/** What was acknowledged from the spool is stored a little later: what is lost is lost only when it does not come. */
async function settled(databaseUrl: string, tenant_id: string, accounts: Parameters<typeof compare>[2]): Promise<Difference> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, fetch_types: false })
  try {
    const deadline = performance.now() + compareMs
    for (;;) {
      const difference = await compare(sql, tenant_id, accounts)
      if (!difference.lost || performance.now() > deadline) return difference
      await Bun.sleep(500)
    }
  } finally {
    await sql.end({ timeout: 1 })
  }
}
