import type { apiReference as english } from '../en/api-reference'
import type { Shape } from '../shape'

export const apiReference: Shape<typeof english> = {
  api_reference: {
    description:
      'Tutto ciò che fa questa console lo possono fare anche i programmi: con un token API, e non più di quanto può chi lo possiede.',
    search: 'Cerca operazioni',
    operations: 'Operazioni',
    all: 'Tutte le operazioni',
    schemes: 'Come una chiamata dice chi è',
    schemes_hint: 'Ogni operazione indica quali accetta; ne basta uno.',
    scheme: {
      bearer: 'Sessione',
      api_token: 'Token API',
      device: 'Chiave del dispositivo',
      provisioning: 'Chiave di registrazione',
      internal: 'Token interno',
      staff: 'Pass del piano Management',
      webhook: 'Webhook firmato',
    },
    open_to_all: 'Aperta a tutti',
    permission: 'Permesso',
    required: 'obbligatorio',
    parameters: 'Parametri',
    body: 'Corpo',
    answers: 'Risposte',
    answer: 'Risposta',
    refusals: 'Rifiuti',
    problems: 'Ciò che viene rifiutato risponde con application/problem+json, una parola stabile in “error” e l’id della richiesta.',
    example: 'Esempio',
    try: 'Prova',
    try_hint: 'Parte da qui con la tua sessione e i tuoi permessi.',
    send: 'Invia {{method}}',
    reads: 'Legge e non cambia nulla.',
    changes: 'Questo cambia dati reali.',
    copy_command: 'Copia il comando',
    copy_path: 'Copia il percorso',
  },
}
