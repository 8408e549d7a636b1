import type { auditActions as english } from '../en/audit-actions'
import type { Shape } from '../shape'

export const auditActions: Shape<typeof english> = {
  audit_actions: {
    alerts: {
      acknowledge: 'Allarme preso in carico',
      assign: 'Allarme assegnato',
      close: 'Allarme chiuso',
      reopen: 'Allarme riaperto',
    },
    api_tokens: {
      create: 'Token API creato',
      revoke: 'Token API revocato',
    },
    archives: {
      complete: 'Archivio completato',
      create: 'Archivio richiesto',
      delete: 'Archivio eliminato',
      download: 'Archivio scaricato',
      mail: 'Link all’archivio inviato',
    },
    commands: {
      cancel: 'Comando annullato',
      create: 'Comando inviato',
      failed: 'Comando non riuscito',
      succeeded: 'Comando eseguito',
    },
    device_keys: {
      create: 'Chiave del dispositivo creata',
      revoke: 'Chiave del dispositivo revocata',
    },
    devices: {
      create: 'Dispositivo aggiunto',
      delete: 'Dispositivo rimosso',
      register: 'Dispositivo registrato',
      update: 'Dispositivo modificato',
    },
    domains: {
      create: 'Dominio aggiunto',
      delete: 'Dominio rimosso',
      lose: 'Dominio non più verificato',
      verify: 'Dominio verificato',
    },
    exports: {
      create: 'Esportazione richiesta',
      download: 'Esportazione scaricata',
    },
    groups: {
      create: 'Gruppo aggiunto',
      delete: 'Gruppo rimosso',
      update: 'Gruppo modificato',
    },
    identities: {
      begin_link: 'Collegamento di un provider iniziato',
      begin_proof: 'Nuovo accesso presso il provider iniziato',
      link: 'Provider collegato',
      prove: 'Identità provata presso il provider',
      refuse: 'Provider rifiutato',
      unlink: 'Provider scollegato',
    },
    invitations: {
      accept: 'Invito accettato',
      create: 'Invito inviato',
      resend: 'Invito inviato di nuovo',
      revoke: 'Invito ritirato',
    },
    jobs: {
      retry: 'Lavoro ripetuto',
    },
    licences: {
      update: 'Licenza modificata',
    },
    mails: {
      fail: 'E-mail non recapitata',
    },
    mfa: {
      disable: 'Autenticazione a due fattori disattivata',
      enable: 'Autenticazione a due fattori attivata',
      enrol: 'App di autenticazione configurata',
      refuse: 'Secondo fattore rifiutato',
      renew_recovery_codes: 'Codici di recupero rinnovati',
      reset: 'Secondo fattore azzerato',
      verify: 'Secondo fattore verificato',
    },
    org_units: {
      create: 'Unità organizzativa aggiunta',
      delete: 'Unità organizzativa rimossa',
      update: 'Unità organizzativa modificata',
    },
    passwords: {
      change: 'Password modificata',
      forget: 'Nuova password richiesta',
      refuse: 'Password rifiutata',
      reset: 'Password scelta tramite link',
    },
    permissions: {
      refuse: 'Permesso negato',
    },
    preferences: {
      update: 'Preferenze modificate',
    },
    provisioning_keys: {
      create: 'Chiave di registrazione creata',
      revoke: 'Chiave di registrazione revocata',
    },
    registrations: {
      refuse: 'Registrazione rifiutata',
    },
    rejected_records: {
      replay: 'Record rifiutato riesaminato',
      replay_many: 'Record rifiutati riesaminati',
    },
    security_settings: {
      update: 'Criteri di sicurezza modificati',
    },
    service_accounts: {
      create: 'Account di servizio aggiunto',
      delete: 'Account di servizio rimosso',
      update: 'Account di servizio modificato',
    },
    sessions: {
      create: 'Accesso effettuato',
      end: 'Uscita',
      refuse: 'Accesso rifiutato',
      reuse_detected: 'Sessione rubata rilevata',
      revoke: 'Sessione terminata',
      revoke_others: 'Altre sessioni terminate',
    },
    sites: {
      create: 'Sede aggiunta',
      delete: 'Sede rimossa',
      update: 'Sede modificata',
    },
    sso: {
      refuse: 'Single sign-on rifiutato',
    },
    sso_settings: {
      check: 'Single sign-on verificato',
      delete: 'Single sign-on rimosso',
      update: 'Single sign-on modificato',
    },
    support: {
      approve: 'Accesso dell’assistenza approvato',
      ask: 'Accesso dell’assistenza richiesto',
      end: 'Accesso dell’assistenza terminato',
      enter: 'Assistenza entrata',
      leave: 'Assistenza uscita',
      refuse: 'Accesso dell’assistenza rifiutato',
      set_policy: 'Criterio per l’assistenza modificato',
    },
    telemetry_retention: {
      update: 'Conservazione della telemetria modificata',
    },
    tenants: {
      change_status: 'Stato dell’organizzazione cambiato',
      create: 'Organizzazione registrata',
      update: 'Organizzazione modificata',
    },
    users: {
      ask_address_check: 'Conferma dell’indirizzo richiesta',
      create: 'Utente aggiunto',
      delete: 'Utente rimosso',
      end_sessions: 'Utente disconnesso ovunque',
      update: 'Utente modificato',
      verify_address: 'Indirizzo confermato',
    },
    views: {
      create: 'Vista salvata',
      delete: 'Vista rimossa',
      update: 'Vista modificata',
    },
  },
}
