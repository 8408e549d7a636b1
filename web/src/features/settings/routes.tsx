import type { RouteObject } from 'react-router'

export const settingsRoutes: RouteObject[] = [
  {
    path: '/settings',
    lazy: async () => ({ Component: (await import('./settings-layout')).SettingsLayout }),
    children: [
      { index: true, lazy: async () => ({ Component: (await import('./settings-layout')).SettingsIndex }) },
      { path: 'organization', lazy: async () => ({ Component: (await import('../organization/organization-page')).OrganizationPage }) },
      { path: 'users', lazy: async () => ({ Component: (await import('../users/users-page')).UsersPage }) },
      { path: 'security', lazy: async () => ({ Component: (await import('../security-settings/security-page')).SecurityPage }) },
      { path: 'support', lazy: async () => ({ Component: (await import('../support/support-page')).SupportPage }) },
      { path: 'sso', lazy: async () => ({ Component: (await import('../sso/sso-page')).SsoPage }) },
      { path: 'domains', lazy: async () => ({ Component: (await import('../sso/domains-page')).DomainsPage }) },
      { path: 'groups', lazy: async () => ({ Component: (await import('../groups/groups-page')).GroupsPage }) },
      { path: 'org-units', lazy: async () => ({ Component: (await import('../org-units/org-units-page')).OrgUnitsPage }) },
      { path: 'sites', lazy: async () => ({ Component: (await import('../sites/sites-page')).SitesPage }) },
      { path: 'edge-registration-keys', lazy: async () => ({ Component: (await import('../edge-keys/edge-keys-page')).EdgeKeysPage }) },
      {
        path: 'service-accounts',
        lazy: async () => ({ Component: (await import('../service-accounts/service-accounts-page')).ServiceAccountsPage }),
      },
      { path: 'api-tokens', lazy: async () => ({ Component: (await import('../api-tokens/all-tokens-page')).AllTokensPage }) },
      { path: 'telemetry', lazy: async () => ({ Component: (await import('../retention/retention-page')).RetentionPage }) },
      { path: 'rejected-records', lazy: async () => ({ Component: (await import('../rejected/rejected-page')).RejectedPage }) },
      { path: 'mail', lazy: async () => ({ Component: (await import('../mail/mail-page')).MailPage }) },
      { path: 'audit', lazy: async () => ({ Component: (await import('../audit/audit-page')).AuditPage }) },
    ],
  },
]
