import { and, isNull } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import { featuresOf } from '../../core/features'
import type { Permission } from '../../core/permissions'
import type { Scope } from '../../core/scope'
import { devices } from '../../edge/devices/schema'
import { provisioningKeys } from '../../edge/provisioning/schema'
import { telemetryLayouts } from '../../edge/telemetry/schema'
import { invitations } from '../../identity/invitations/schema'
import { hasFactor } from '../../identity/mfa/factor'
import { orgUnits } from '../../identity/org-units/schema'
import { ssoProviders } from '../../identity/sso-settings/schema'
import { memberships } from '../../identity/users/schema'
import { getPreferences } from '../preferences/service'

export const stepNames = ['org_unit', 'edge_key', 'device', 'telemetry', 'second_factor', 'colleague', 'alert_notice', 'provider'] as const
type StepName = (typeof stepNames)[number]

type Owned = PgTable & { tenant_id: AnyPgColumn; id: AnyPgColumn }
const isAny = async ({ tx, own }: Scope, table: Owned) =>
  (await tx.select({ id: table.id }).from(table).where(own(table)).limit(1)).length > 0

interface Step {
  /** Whoever cannot do it is not asked to. */
  permission?: Permission
  /** Is about the organization: told to who sees the whole of it. */
  common: boolean
  isDone: (scope: Scope) => Promise<boolean>
}

const steps: Record<StepName, Step> = {
  org_unit: { permission: 'org_units.create', common: true, isDone: (scope) => isAny(scope, orgUnits) },
  edge_key: { permission: 'settings.edge_registration_keys.create', common: true, isDone: (scope) => isAny(scope, provisioningKeys) },
  device: { permission: 'settings.edge_registration_keys.create', common: true, isDone: (scope) => isAny(scope, devices) },
  telemetry: { permission: 'telemetry.read', common: true, isDone: (scope) => isAny(scope, telemetryLayouts) },
  second_factor: { common: false, isDone: hasFactor },
  colleague: { permission: 'settings.users.invite', common: true, isDone: isInCompany },
  alert_notice: {
    permission: 'alerts.read',
    common: false,
    isDone: async (scope) => {
      const { alert_sound, alert_notification } = await getPreferences(scope)
      return alert_sound.length + alert_notification.length > 0
    },
  },
  provider: { permission: 'settings.sso.update', common: true, isDone: (scope) => isAny(scope, ssoProviders) },
}

async function isInCompany(scope: Scope) {
  const { tx, own } = scope
  if ((await tx.$count(memberships, own(memberships))) > 1) return true
  const open = and(own(invitations), isNull(invitations.accepted_at), isNull(invitations.revoked_at))
  return (await tx.$count(invitations, open)) > 0
}

/** First steps that the caller can take, and which of them the organization or he has taken: from what is there, never from what was pressed. */
export async function describeOnboarding(scope: Scope) {
  const { actor } = scope
  const { onboarding_dismissed: dismissed } = await getPreferences(scope)
  const { security } = await featuresOf(actor.tenant_id)
  const told: { step: StepName; done: boolean }[] = []
  for (const step of stepNames) {
    const { permission, common, isDone } = steps[step]
    if (permission && !actor.permissions.has(permission)) continue
    if (common && actor.units !== 'all') continue
    if (step === 'alert_notice' && !security) continue
    told.push({ step, done: await isDone(scope) })
  }
  return { dismissed, steps: told }
}
