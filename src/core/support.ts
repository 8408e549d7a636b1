import { type Permission, everyPermission, readOnlyPermissions } from './permissions'
import { Problem } from './problem'

// Platform staff in a tenant: only as a support session of a grant that the tenant allows. What such a session may is the same in every tenant.

export const supportModes = ['read', 'write'] as const
export type SupportMode = (typeof supportModes)[number]

/** What becomes of a request, in both planes; one whose time has run out is told as expired. */
export const supportStates = ['asked', 'active', 'refused', 'ended'] as const
export const toldSupportStates = [...supportStates, 'expired'] as const

/** What a session may change whose grant says so. Named one by one: nothing here grants rights, makes credentials, shows secrets, takes data away or changes security. */
const changing: ReadonlySet<Permission> = new Set([
  'alerts.acknowledge',
  'alerts.assign',
  'alerts.close',
  'commands.create',
  'devices.update',
  'org_units.create',
  'org_units.update',
  'rejected_records.replay',
])

/** Kept mail is withheld from "Read only" already. */
export const supportPermissions = (mode: SupportMode): ReadonlySet<Permission> =>
  new Set(everyPermission.filter((name) => readOnlyPermissions.includes(name) || (mode === 'write' && changing.has(name))))

/** The grant by which somebody of the platform is here. */
export interface Support {
  grant_id: string
  mode: SupportMode
}

const safe = new Set(['GET', 'HEAD'])
/** What changes nothing of the tenant, though its method says otherwise. */
const harmless = new Set(['/api/v1/ws/ticket', '/api/v1/support-access/leave'])

/** 403 `support_read_only`, or `support_forbidden` for what is a member's own. Exports are not for support, however they are asked for. */
export function assertSupportMay({ mode }: Support, { method, url }: Request, permission: Permission | undefined) {
  if (safe.has(method) || harmless.has(new URL(url).pathname)) return
  if (mode === 'read') throw new Problem(403, 'support_read_only', 'This support session may only read')
  if (!permission) throw new Problem(403, 'support_forbidden', 'This is for members of the organization alone')
}

/** For what a permission allows in general, and support never. */
export function assertNoSupport(actor: { kind: string }) {
  if (actor.kind === 'staff') throw new Problem(403, 'support_forbidden', 'This is for members of the organization alone')
}
