import { Braces, ChartSpline, type LucideIcon, House, Settings, ShieldAlert, Server } from 'lucide-react'
import { type Features, useCan, useFeatures } from '@/lib/me'

export type Destination = {
  to: string
  label: 'nav.home' | 'nav.devices' | 'nav.telemetry' | 'nav.api' | 'nav.alerts' | 'nav.settings' | SettingsLabel
  icon: LucideIcon
  /** Pressed after `g`. */
  key: string
}

type SettingsLabel =
  | 'settings.organization.title'
  | 'settings.security.title'
  | 'support.title'
  | 'sso.title'
  | 'sso.domains.title'
  | 'settings.users.title'
  | 'settings.groups.title'
  | 'settings.org_units.title'
  | 'settings.sites.title'
  | 'settings.edge_keys.title'
  | 'settings.service_accounts.title'
  | 'settings.api_tokens.title'
  | 'settings.telemetry.title'
  | 'settings.rejected.title'
  | 'settings.mail.title'
  | 'settings.audit.title'

type AccountLabel =
  | 'account.sessions.title'
  | 'account.ways.title'
  | 'account.password.title'
  | 'account.mfa.title'
  | 'account.tokens.title'
  | 'alert_notices.title'

/** What is everybody's own; reached from the user menu. */
const accountPages: readonly { to: string; label: AccountLabel; permission?: string }[] = [
  { to: '/account/sessions', label: 'account.sessions.title' },
  { to: '/account/password', label: 'account.password.title' },
  { to: '/account/ways', label: 'account.ways.title' },
  { to: '/account/two-factor', label: 'account.mfa.title' },
  { to: '/account/alerts', label: 'alert_notices.title', permission: 'alerts.read' },
  { to: '/account/api-tokens', label: 'account.tokens.title', permission: 'api_tokens.read' },
]

type Entry = Destination & { permission?: string | readonly string[]; feature?: keyof Features }

const settingsPages: readonly { to: string; label: SettingsLabel; permission: string; key: string }[] = [
  { to: '/settings/organization', label: 'settings.organization.title', permission: 'settings.tenant.read', key: 'o' },
  { to: '/settings/security', label: 'settings.security.title', permission: 'settings.security.read', key: 'e' },
  { to: '/settings/support', label: 'support.title', permission: 'settings.security.read', key: 'z' },
  { to: '/settings/sso', label: 'sso.title', permission: 'settings.sso.read', key: 'i' },
  { to: '/settings/domains', label: 'sso.domains.title', permission: 'settings.sso.read', key: 'n' },
  { to: '/settings/users', label: 'settings.users.title', permission: 'settings.users.read', key: 'u' },
  { to: '/settings/groups', label: 'settings.groups.title', permission: 'settings.groups.read', key: 'r' },
  { to: '/settings/org-units', label: 'settings.org_units.title', permission: 'org_units.read', key: 't' },
  { to: '/settings/sites', label: 'settings.sites.title', permission: 'sites.read', key: 'b' },
  {
    to: '/settings/edge-registration-keys',
    label: 'settings.edge_keys.title',
    permission: 'settings.edge_registration_keys.read',
    key: 'k',
  },
  {
    to: '/settings/service-accounts',
    label: 'settings.service_accounts.title',
    permission: 'settings.service_accounts.read',
    key: 'c',
  },
  { to: '/settings/api-tokens', label: 'settings.api_tokens.title', permission: 'settings.api_tokens.read', key: 'p' },
  { to: '/settings/telemetry', label: 'settings.telemetry.title', permission: 'settings.telemetry.read', key: 'y' },
  { to: '/settings/rejected-records', label: 'settings.rejected.title', permission: 'rejected_records.read', key: 'j' },
  { to: '/settings/mail', label: 'settings.mail.title', permission: 'settings.mail.read', key: 'm' },
  { to: '/settings/audit', label: 'settings.audit.title', permission: 'audit.read', key: 'l' },
]

const entries: readonly Entry[] = [
  { to: '/', label: 'nav.home', icon: House, key: 'h' },
  { to: '/devices', label: 'nav.devices', icon: Server, key: 'd', permission: 'devices.read' },
  { to: '/telemetry', label: 'nav.telemetry', icon: ChartSpline, key: 'x', permission: 'telemetry.read' },
  { to: '/alerts', label: 'nav.alerts', icon: ShieldAlert, key: 'a', permission: 'alerts.read', feature: 'security' },
  { to: '/settings', label: 'nav.settings', icon: Settings, key: 's', permission: settingsPages.map((page) => page.permission) },
  { to: '/api-reference', label: 'nav.api', icon: Braces, key: 'q' },
]

/** The places this user may go, by the tenant's features and the user's permissions. */
export function useDestinations(): readonly Destination[] {
  const can = useCan()
  const features = useFeatures()
  return entries.filter(({ permission, feature }) => {
    if (feature && !features[feature]) return false
    return permission === undefined || [permission].flat().some(can)
  })
}

export function useSettingsPages() {
  const can = useCan()
  return settingsPages.filter((page) => can(page.permission))
}

export function useAccountPages() {
  const can = useCan()
  return accountPages.filter(({ permission }) => permission === undefined || can(permission))
}
