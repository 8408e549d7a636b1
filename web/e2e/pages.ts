/** Every page that has an address of its own; what a device shows is reached from the list. */
export const pages: readonly string[] = [
  '/',
  '/devices',
  '/devices/map',
  '/telemetry',
  '/alerts',
  '/api-reference',
  '/settings/organization',
  '/settings/users',
  '/settings/groups',
  '/settings/org-units',
  '/settings/sites',
  '/settings/edge-registration-keys',
  '/settings/service-accounts',
  '/settings/api-tokens',
  '/account/api-tokens',
  '/settings/mail',
  '/forgot-password',
  '/register',
  '/settings/security',
  '/settings/sso',
  '/settings/domains',
  '/settings/audit',
  '/account/sessions',
  '/account/password',
  '/account/two-factor',
  '/account/alerts',
  '/wallboard',
  '/nowhere',
]

/** The same of the console of the platform's own staff; a tenant is reached from the list. */
export const managementPages: readonly string[] = ['/tenants', '/fleet', '/plans', '/staff', '/audit', '/account']
