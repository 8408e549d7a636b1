/** What the watch saw at one moment; a part that was not looked at is absent. */
export interface Observation {
  /** Epoch milliseconds. */
  at: number
  /** `tcp/22` and so on. */
  ports?: string[]
  filesystems?: { mount: string; disk_percent: number }[]
  load?: { load_1m: number; cores: number }
  /** Source addresses of failed sign-ins since the last look, one an attempt. */
  failedSignIns?: string[]
}

/** Plain data, so that it can be kept over a restart. */
export interface AlertState {
  ports?: string[]
  full: string[]
  overloadedSince?: number
  calmSince?: number
  isOverloadTold: boolean
  sources: { ip: string; quietUntil: number; attempts: number }[]
}

export interface Alert {
  title: string
  severity: 'low' | 'medium' | 'high' | 'critical'
  rule: string
  dedupe_key: string
  description: string
  source_ip?: string
}

export const noAlertState: AlertState = { full: [], isOverloadTold: false, sources: [] }

const fullPercent = 90
const freePercent = 88
const loadMs = 60_000
const quietMs = 60_000
const sourceLimit = 500
const portAlertLimit = 50

/** Which alerts an observation gives rise to, and what to remember of it. Pure. */
export function judge(state: AlertState, seen: Observation): { state: AlertState; alerts: Alert[] } {
  const parts = [judgePorts(state, seen), judgeFilesystems(state, seen), judgeLoad(state, seen), judgeSignIns(state, seen)]
  return {
    state: Object.assign({}, state, ...parts.map(({ change }) => change)) as AlertState,
    alerts: parts.flatMap(({ alerts }) => alerts),
  }
}

interface Judgement {
  change: Partial<AlertState>
  alerts: Alert[]
}

const nothing: Judgement = { change: {}, alerts: [] }

/** The first list is the baseline. */
function judgePorts(state: AlertState, { ports }: Observation): Judgement {
  if (!ports) return nothing
  const known = new Set(state.ports ?? ports)
  const opened = ports.filter((port) => !known.has(port)).slice(0, portAlertLimit)
  return {
    change: { ports },
    alerts: opened.map((port) => ({
      title: `New listening port ${port}`,
      severity: 'medium',
      rule: 'new_listening_port',
      dedupe_key: `new_listening_port:${port}`,
      description: `This host now listens on ${port}, which it did not at the last inventory.`,
    })),
  }
}

function judgeFilesystems(state: AlertState, { filesystems }: Observation): Judgement {
  if (!filesystems) return nothing
  const told = new Set(state.full)
  const filled = filesystems.filter(({ mount, disk_percent }) => disk_percent > fullPercent && !told.has(mount))
  const still = filesystems.filter(({ mount, disk_percent }) => told.has(mount) && disk_percent >= freePercent)
  return {
    change: { full: [...still, ...filled].map(({ mount }) => mount) },
    alerts: filled.map(({ mount, disk_percent }) => ({
      title: `Filesystem ${mount} is ${Math.floor(disk_percent)} % full`,
      severity: 'high',
      rule: 'filesystem_full',
      dedupe_key: `filesystem_full:${mount}`,
      description: `${mount} is over ${fullPercent} %. It is told again once it has been under ${freePercent} %.`,
    })),
  }
}

/** A whole minute over the number of cores tells; a whole minute under it arms again. */
function judgeLoad(state: AlertState, { at, load }: Observation): Judgement {
  if (!load) return nothing
  if (load.load_1m <= load.cores) {
    const calmSince = state.calmSince ?? at
    const isOverloadTold = state.isOverloadTold && at - calmSince < loadMs
    return { change: { overloadedSince: undefined, calmSince, isOverloadTold }, alerts: [] }
  }
  const overloadedSince = state.overloadedSince ?? at
  const isNews = !state.isOverloadTold && at - overloadedSince >= loadMs
  const alert: Alert = {
    title: `Load ${load.load_1m} on ${load.cores} cores`,
    severity: 'medium',
    rule: 'load_high',
    dedupe_key: 'load_high',
    description: 'The one-minute load average has been over the number of cores for a minute.',
  }
  return {
    change: { overloadedSince, calmSince: undefined, isOverloadTold: state.isOverloadTold || isNews },
    alerts: isNews ? [alert] : [],
  }
}

/** At once for a new source, then at most once a minute with the number of attempts in between. */
function judgeSignIns(state: AlertState, { at, failedSignIns }: Observation): Judgement {
  if (!failedSignIns) return nothing
  const sources = new Map(state.sources.map((source) => [source.ip, { ...source }]))
  for (const ip of failedSignIns) {
    const source = sources.get(ip) ?? { ip, quietUntil: 0, attempts: 0 }
    source.attempts++
    if (sources.has(ip) || sources.size < sourceLimit) sources.set(ip, source)
  }
  const alerts: Alert[] = []
  for (const source of sources.values()) {
    if (at < source.quietUntil) continue
    if (source.attempts === 0) {
      sources.delete(source.ip)
      continue
    }
    const { ip, attempts } = source
    alerts.push({
      title: `Failed SSH sign-in from ${ip}`,
      severity: 'medium',
      rule: 'ssh_sign_in_failed',
      dedupe_key: `ssh_sign_in_failed:${ip}`,
      description: attempts === 1 ? 'One attempt was refused.' : `${attempts} attempts were refused.`,
      source_ip: ip,
    })
    Object.assign(source, { attempts: 0, quietUntil: at + quietMs })
  }
  return { change: { sources: [...sources.values()] }, alerts }
}
