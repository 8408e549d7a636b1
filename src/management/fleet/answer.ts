interface Day {
  day: string
  requests: number
  records: number
  values: number
  rejected: number
  bytes: number
}

/** Of one tenant, as the Cloud tells it. */
export interface Told {
  tenant_id: string
  users: number
  devices: number
  devices_online: number
  failed_jobs: number
  last_seen_at: Date | null
  stored_bytes: number
  days: Day[]
}

export interface Page {
  as_of: Date
  version: string
  items: Told[]
  next_cursor: string | null
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
const isTime = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
const isUuid = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
const isDay = (value: unknown): value is Day =>
  isFields(value) &&
  typeof value.day === 'string' &&
  /^\d{4}-\d\d-\d\d$/.test(value.day) &&
  [value.requests, value.records, value.values, value.rejected, value.bytes].every(isCount)

const isTold = (value: unknown): value is Omit<Told, 'last_seen_at'> & { last_seen_at: string | null } =>
  isFields(value) &&
  isUuid(value.tenant_id) &&
  [value.users, value.devices, value.devices_online, value.failed_jobs, value.stored_bytes].every(isCount) &&
  (value.last_seen_at === null || isTime(value.last_seen_at)) &&
  Array.isArray(value.days) &&
  value.days.every(isDay)

/** Undefined for an answer that is none of ours. */
export function toPage(answer: unknown): Page | undefined {
  if (!isFields(answer) || !isTime(answer.as_of) || typeof answer.version !== 'string' || !Array.isArray(answer.items)) return undefined
  const { items, next_cursor } = answer
  if (!items.every(isTold) || (next_cursor !== null && !isUuid(next_cursor))) return undefined
  return {
    as_of: new Date(answer.as_of as string),
    version: answer.version.slice(0, 100),
    items: items.map((item) => ({ ...item, last_seen_at: item.last_seen_at === null ? null : new Date(item.last_seen_at) })),
    next_cursor: next_cursor as string | null,
  }
}
