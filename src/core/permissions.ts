/** The catalogue: a permission that is not here is a type error. The first word of its group is the area the console shows it under. */
export const permissions = {
  'devices.read': 'See devices and whether they are online',
  'devices.update': 'Rename, place and describe devices',
  'devices.delete': 'Remove devices together with their telemetry',
  'devices.export': 'Download lists of devices',
  'devices.events.read': 'See what devices report besides telemetry, such as their logs',
  'devices.keys.read': 'See when keys of devices were made and used',
  'devices.keys.create': 'Make new keys for devices',
  'devices.keys.delete': 'Revoke keys of devices',
  'commands.read': 'See the commands sent to devices',
  'commands.create': 'Send commands to devices and cancel them',
  'discoveries.read': 'See hosts and ports that devices have found',
  'telemetry.read': 'See the telemetry of devices',
  'settings.telemetry.read': 'See how long telemetry is kept',
  'settings.telemetry.update': 'Choose how long telemetry is kept',
  'telemetry.export': 'Download the telemetry of devices as files',
  'rejected_records.read': 'See records of devices that were refused',
  'rejected_records.replay': 'Have refused records examined again',
  'alerts.read': 'See security alerts',
  'alerts.acknowledge': 'Acknowledge security alerts',
  'alerts.assign': 'Assign security alerts to users',
  'alerts.close': 'Close security alerts with a verdict, and reopen them',
  'alerts.export': 'Download lists of alerts',
  'org_units.read': 'See organization units',
  'org_units.create': 'Add organization units',
  'org_units.update': 'Rename and move organization units',
  'org_units.delete': 'Remove empty organization units',
  'sites.read': 'See the sites of organization units',
  'sites.create': 'Add sites to organization units',
  'sites.update': 'Rename sites and say where they are',
  'sites.delete': 'Remove sites where no devices stand',
  'vpn.sessions.read': 'See VPN sessions',
  'settings.tenant.read': 'See the organization',
  'settings.tenant.update': 'Rename the organization',
  'settings.security.read': 'See what the organization asks of sign-ins and sessions',
  'settings.security.update': 'Change what the organization asks of sign-ins and sessions',
  'settings.sso.read': 'See domains and how the organization signs in with its own provider',
  'settings.sso.update': 'Prove domains, and change how the organization signs in with its own provider',
  'settings.users.read': 'See users',
  'settings.users.create': 'Add users',
  'settings.users.invite': 'Invite users and take invitations back',
  'settings.users.update': 'Change users, their groups and their scope; disable them',
  'settings.users.delete': 'Remove users from the organization',
  'settings.users.export': 'Download the list of users',
  'settings.groups.read': 'See groups and the permission catalogue',
  'settings.groups.create': 'Add groups',
  'settings.groups.update': 'Change groups',
  'settings.groups.delete': 'Remove groups',
  'settings.edge_registration_keys.read': 'See edge registration keys',
  'settings.edge_registration_keys.create': 'Make edge registration keys',
  'settings.edge_registration_keys.delete': 'Revoke edge registration keys',
  'settings.service_accounts.read': 'See service accounts',
  'settings.service_accounts.create': 'Add service accounts',
  'settings.service_accounts.update': 'Change service accounts and make their API tokens; disable them',
  'settings.service_accounts.delete': 'Remove service accounts together with their API tokens',
  'settings.api_tokens.read': 'See the API tokens of everybody',
  'settings.api_tokens.delete': 'Revoke the API tokens of everybody',
  'api_tokens.read': 'See the own API tokens',
  'api_tokens.create': 'Make own API tokens',
  'api_tokens.delete': 'Revoke own API tokens',
  'settings.mail.read': 'See mail that was sent or kept here; kept mail with its links, which sign-ins rest on',
  'views.share': 'Make, change and remove saved views that everybody has',
  'audit.read': 'See the audit log',
  'audit.export': 'Download the audit log',
} as const

export type Permission = keyof typeof permissions

export const everyPermission = Object.keys(permissions) as Permission[]

export const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)

/** The areas whose readings the built-in group "Read only" does not include: kept mail holds links that change passwords. */
const withheld = /^(maintenance|vpn|backup|settings\.mail)\./

export const readOnlyPermissions = everyPermission.filter((name) => name.endsWith('.read') && !withheld.test(name))

/** What the list of the built-in group "Read only" holds: it stands for the readings of this version, not for those of the day it was made. */
export const everyReading = '*.read'

/** The permissions a group's stored list stands for: `*` is all of them, `*.read` those of "Read only"; names that left the catalogue are dropped. */
export function expand(stored: string[]): Permission[] {
  if (stored.includes('*')) return everyPermission
  const named = stored.filter(isPermission)
  return stored.includes(everyReading) ? [...new Set([...readOnlyPermissions, ...named])] : named
}

/** What a group's stored list may hold that gives this permission. */
export const givenBy = (permission: Permission) => ['*', ...(readOnlyPermissions.includes(permission) ? [everyReading] : []), permission]
