/** What the audit log tells of, by its stable words. */
export const auditActions = {
  audit_actions: {
    alerts: {
      acknowledge: 'Alert acknowledged',
      assign: 'Alert assigned',
      close: 'Alert closed',
      reopen: 'Alert reopened',
    },
    api_tokens: {
      create: 'API token made',
      revoke: 'API token revoked',
    },
    archives: {
      complete: 'Archive completed',
      create: 'Archive asked for',
      delete: 'Archive removed',
      download: 'Archive downloaded',
      mail: 'Link to the archive sent',
    },
    commands: {
      cancel: 'Command cancelled',
      create: 'Command sent',
      failed: 'Command failed',
      succeeded: 'Command carried out',
    },
    device_keys: {
      create: 'Device key made',
      revoke: 'Device key revoked',
    },
    devices: {
      create: 'Device added',
      delete: 'Device removed',
      register: 'Device registered',
      update: 'Device changed',
    },
    domains: {
      create: 'Domain added',
      delete: 'Domain removed',
      lose: 'Domain no longer proven',
      verify: 'Domain proven',
    },
    exports: {
      create: 'Export asked for',
      download: 'Export downloaded',
    },
    groups: {
      create: 'Group added',
      delete: 'Group removed',
      update: 'Group changed',
    },
    identities: {
      begin_link: 'Linking of a provider begun',
      begin_proof: 'New sign-in at the provider begun',
      link: 'Provider linked',
      prove: 'Identity proven at the provider',
      refuse: 'Provider refused',
      unlink: 'Provider unlinked',
    },
    invitations: {
      accept: 'Invitation accepted',
      create: 'Invitation sent',
      resend: 'Invitation sent again',
      revoke: 'Invitation withdrawn',
    },
    jobs: {
      retry: 'Job tried again',
    },
    licences: {
      update: 'Licence changed',
    },
    mails: {
      fail: 'Mail not delivered',
    },
    mfa: {
      disable: 'Two-factor authentication switched off',
      enable: 'Two-factor authentication switched on',
      enrol: 'Authenticator app set up',
      refuse: 'Second factor refused',
      renew_recovery_codes: 'Recovery codes renewed',
      reset: 'Second factor reset',
      verify: 'Second factor verified',
    },
    org_units: {
      create: 'Org unit added',
      delete: 'Org unit removed',
      update: 'Org unit changed',
    },
    passwords: {
      change: 'Password changed',
      forget: 'New password asked for',
      refuse: 'Password refused',
      reset: 'Password chosen by link',
    },
    permissions: {
      refuse: 'Permission refused',
    },
    preferences: {
      update: 'Preferences changed',
    },
    provisioning_keys: {
      create: 'Registration key made',
      revoke: 'Registration key revoked',
    },
    registrations: {
      refuse: 'Registration refused',
    },
    rejected_records: {
      replay: 'Rejected record examined again',
      replay_many: 'Rejected records examined again',
    },
    security_settings: {
      update: 'Security policy changed',
    },
    service_accounts: {
      create: 'Service account added',
      delete: 'Service account removed',
      update: 'Service account changed',
    },
    sessions: {
      create: 'Signed in',
      end: 'Signed out',
      refuse: 'Sign-in refused',
      reuse_detected: 'Stolen session detected',
      revoke: 'Session ended',
      revoke_others: 'Other sessions ended',
    },
    sites: {
      create: 'Site added',
      delete: 'Site removed',
      update: 'Site changed',
    },
    sso: {
      refuse: 'Single sign-on refused',
    },
    sso_settings: {
      check: 'Single sign-on checked',
      delete: 'Single sign-on removed',
      update: 'Single sign-on changed',
    },
    support: {
      approve: 'Support access approved',
      ask: 'Support access asked for',
      end: 'Support access ended',
      enter: 'Support entered',
      leave: 'Support left',
      refuse: 'Support access refused',
      set_policy: 'Policy for support access changed',
    },
    telemetry_retention: {
      update: 'Retention of telemetry changed',
    },
    tenants: {
      change_status: 'State of the organization changed',
      create: 'Organization registered',
      update: 'Organization changed',
    },
    users: {
      ask_address_check: 'Confirmation of the address asked for',
      create: 'User added',
      delete: 'User removed',
      end_sessions: 'User signed out everywhere',
      update: 'User changed',
      verify_address: 'Address confirmed',
    },
    views: {
      create: 'View saved',
      delete: 'View removed',
      update: 'View changed',
    },
  },
} as const
