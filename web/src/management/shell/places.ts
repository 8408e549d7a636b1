import { Activity, Building2, History, type LucideIcon, ScrollText, UsersRound } from 'lucide-react'
import { type StaffPermission, useCan } from '../lib/me'

interface Place {
  to: string
  label:
    | 'management.fleet.title'
    | 'management.tenants.title'
    | 'management.plans.title'
    | 'management.staff.title'
    | 'management.audit.title'
  icon: LucideIcon
  permission: StaffPermission
  /** Pressed after `g`. */
  key: string
}

const places: readonly Place[] = [
  { to: '/tenants', label: 'management.tenants.title', icon: Building2, permission: 'tenants.read', key: 't' },
  { to: '/fleet', label: 'management.fleet.title', icon: Activity, permission: 'tenants.read', key: 'f' },
  { to: '/plans', label: 'management.plans.title', icon: ScrollText, permission: 'plans.read', key: 'p' },
  { to: '/staff', label: 'management.staff.title', icon: UsersRound, permission: 'staff.read', key: 's' },
  { to: '/audit', label: 'management.audit.title', icon: History, permission: 'audit.read', key: 'l' },
]

/** Where the role leads. */
export function usePlaces(): readonly Place[] {
  const can = useCan()
  return places.filter(({ permission }) => can(permission))
}
