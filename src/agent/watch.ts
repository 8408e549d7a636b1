import { join } from 'node:path'
import { type Alert, type AlertState, judge, noAlertState } from './alerts'
import type { Clock } from './clock'
import { keepFile, readJsonFile } from './files'
import { cpuSample, filesystems, type HostPaths, load } from './host'
import { type Discovery, type Inventory, stablePorts, takeInventory } from './inventory'
import type { Log } from './log'
import { failedSignIns } from './signins'
import { createTail } from './tail'
import { isFields } from './wire'

const fullDiscoveryMs = 600_000

/** Looks at the host again and again: which discoveries are news, and what is alarming. */
export function createWatch({ paths, stateDir, clock, log }: { paths: HostPaths; stateDir: string; clock: Clock; log: Log }) {
  const path = join(stateDir, 'alerts.json')
  const tail = createTail(paths.signInLogs)
  const sent = new Map<string, string>()
  let fullAt = Number.NEGATIVE_INFINITY
  let state = readState(path)

  function news(found: Discovery[], isFull: boolean): Discovery[] {
    if (isFull) sent.clear()
    const changed = found.filter((discovery) => sent.get(discovery.ip) !== JSON.stringify(discovery))
    for (const discovery of changed) sent.set(discovery.ip, JSON.stringify(discovery))
    return changed
  }

  async function look({ isFull = false } = {}): Promise<{ discoveries: Discovery[]; alerts: Alert[]; inventory: Inventory }> {
    // The one wait comes first: below, two looks at the same time cannot tell the same news twice.
    const usage = await filesystems(paths)
    const at = clock.now()
    const inventory = takeInventory(paths)
    const isDue = isFull || at - fullAt >= fullDiscoveryMs
    if (isDue) fullAt = at
    const discoveries = news([...inventory.own, ...inventory.neighbours], isDue)
    const judged = judge(state, {
      at,
      ports: stablePorts(inventory),
      filesystems: usage,
      load: { load_1m: load(paths).load_1m, cores: cpuSample(paths).cores },
      failedSignIns: failedSignIns(tail.read()),
    })
    if (lasting(judged.state) !== lasting(state)) keepFile(path, lasting(judged.state), log)
    state = judged.state
    return { discoveries, alerts: judged.alerts, inventory }
  }

  return { look, close: () => tail.close() }
}

/** What a restart must not forget, or it would tell twice or miss a port opened meanwhile. */
const lasting = ({ ports, full }: AlertState) => JSON.stringify({ ports, full })

function readState(path: string): AlertState {
  const kept = readJsonFile(path)
  if (!isFields(kept)) return noAlertState
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined)
  return { ...noAlertState, ports: texts(kept.ports), full: texts(kept.full) ?? [] }
}
