/** What the audit log of this plane tells of, where the Cloud's has no words for it or others. */
export const auditActions = {
  audit_actions: {
    archives: {
      mail_again: 'Links to the archive sent again',
    },
    cloud: {
      pass: 'Cloud asked as staff',
    },
    deliveries: {
      redeliver: 'Message to the Cloud sent again',
    },
    licences: {
      give: 'Licence given',
    },
    mfa: {
      renew_codes: 'Recovery codes renewed',
      replace: 'Authenticator app replaced',
    },
    plans: {
      create: 'Plan added',
      update: 'Plan changed',
    },
    staff: {
      bootstrap: 'First owner made',
      invite: 'Member of staff invited',
      join: 'Member of staff joined',
      link: 'Microsoft account linked',
      reset_factor: 'Second factor of a member reset',
      revoke_invitation: 'Invitation to the staff withdrawn',
      update: 'Member of staff changed',
    },
    support: {
      hand_off: 'Support entered',
    },
    tenants: {
      activate: 'Tenant activated',
      cancel_deletion: 'Deletion of a tenant called off',
      create: 'Tenant created',
      erase: 'Tenant erased',
      expire: 'Licence of a tenant run out',
      invite: 'Administrator invited',
      keep: 'Offboarding called off',
      lapse: 'Days of grace of a tenant over',
      offboard: 'Offboarding begun',
      request_deletion: 'Deletion of a tenant asked for',
      resume: 'Tenant resumed',
      suspend: 'Tenant suspended',
    },
  },
} as const
