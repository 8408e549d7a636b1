import { nowMs } from '../../core/clock'
import type { TenantState } from '../states'
import { type Health, type Reason, reasons } from './schema'

interface Figures {
  users: number
  devices: number
  devices_online: number
  failed_jobs: number
  last_seen_at: Date | null
  today?: { records: number; rejected: number }
}
interface Terms {
  max_users: number | null
  max_devices: number | null
  expires_at: Date | null
}

const silentMs = 3_600_000
const soonMs = 14 * 86_400_000
const near = 0.9

const limitReason = <N extends 'users' | 'devices'>(name: N, used: number, most: number | null | undefined): Reason[] => {
  if (typeof most !== 'number' || used < most * near || (!most && !used)) return []
  return [used > most ? `${name}_over` : `${name}_near`]
}

/** What the numbers of a tenant that works say; of the others nobody expects anything. */
export function healthOf(state: TenantState, figures: Figures, terms: Terms | null): { health: Health; reasons: Reason[] } {
  if (state !== 'active' && state !== 'grace') return { health: 'ok', reasons: [] }
  const { users, devices, devices_online, failed_jobs, last_seen_at, today } = figures
  const isSilent = devices > 0 && (last_seen_at === null || nowMs() - last_seen_at.getTime() > silentMs)
  const refused = today ? today.rejected / Math.max(1, today.rejected + today.records) : 0
  const found: Reason[] = [
    ...(isSilent ? (['silent'] as const) : devices_online * 2 < devices ? (['devices_offline'] as const) : []),
    ...(failed_jobs ? (['failed_jobs'] as const) : []),
    ...limitReason('users', users, terms?.max_users),
    ...limitReason('devices', devices, terms?.max_devices),
    ...(today && today.rejected >= 20 && refused > 0.05 ? (['refusals'] as const) : []),
    ...(state === 'grace' ? (['grace'] as const) : []),
    ...(state === 'active' && terms?.expires_at && terms.expires_at.getTime() - nowMs() < soonMs ? (['expires_soon'] as const) : []),
  ]
  const gravest = found.some((reason) => reasons[reason] === 'problem') ? 'problem' : found.length ? 'attention' : 'ok'
  return { health: gravest, reasons: found }
}
