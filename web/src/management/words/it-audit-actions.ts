import type { Shape } from '../../lib/i18n/shape'
import type { auditActions as english } from './en-audit-actions'

export const auditActions: Shape<typeof english> = {
  audit_actions: {
    archives: {
      mail_again: 'Link all’archivio inviati di nuovo',
    },
    cloud: {
      pass: 'Cloud interrogato come personale',
    },
    deliveries: {
      redeliver: 'Messaggio al Cloud inviato di nuovo',
    },
    licences: {
      give: 'Licenza assegnata',
    },
    mfa: {
      renew_codes: 'Codici di recupero rinnovati',
      replace: 'App di autenticazione sostituita',
    },
    plans: {
      create: 'Piano aggiunto',
      update: 'Piano modificato',
    },
    staff: {
      bootstrap: 'Primo proprietario creato',
      invite: 'Membro del personale invitato',
      join: 'Membro del personale entrato',
      link: 'Account Microsoft collegato',
      reset_factor: 'Secondo fattore di un membro reimpostato',
      revoke_invitation: 'Invito al personale ritirato',
      update: 'Membro del personale modificato',
    },
    support: {
      hand_off: 'Accesso di supporto iniziato',
    },
    tenants: {
      activate: 'Tenant attivato',
      cancel_deletion: 'Eliminazione di un tenant annullata',
      create: 'Tenant creato',
      erase: 'Tenant cancellato',
      expire: 'Licenza di un tenant scaduta',
      invite: 'Amministratore invitato',
      keep: 'Uscita annullata',
      lapse: 'Giorni di grazia di un tenant finiti',
      offboard: 'Uscita avviata',
      request_deletion: 'Eliminazione di un tenant richiesta',
      resume: 'Tenant riattivato',
      suspend: 'Tenant sospeso',
    },
  },
}
