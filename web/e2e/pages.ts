/** Every page that has an address of its own. */
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
  '/settings/telemetry',
  '/settings/rejected-records',
  '/settings/support',
  '/forgot-password',
  '/register',
  '/reset-password',
  '/verify-email',
  '/accept-invitation',
  '/archive',
  '/support',
  '/settings/security',
  '/settings/sso',
  '/settings/domains',
  '/settings/audit',
  '/account/sessions',
  '/account/password',
  '/account/two-factor',
  '/account/ways',
  '/account/alerts',
  '/wallboard',
  '/nowhere',
]

/** Where only a link leads that holds a secret: without one the server refuses, and the page says so. */
export const linkedPages: ReadonlySet<string> = new Set(['/accept-invitation', '/archive', '/support'])

/** What the page of a device shows, section by section. */
export const deviceSections: readonly string[] = [
  'overview',
  'neighbours',
  'commands',
  'alerts',
  'events',
  'keys',
  'properties',
  'audit',
].map((tab) => `/devices/:id?tab=${tab}`)

/** The same of the console of the platform's own staff; a tenant is reached from the list. */
export const managementPages: readonly string[] = ['/tenants', '/fleet', '/plans', '/staff', '/audit', '/account']
