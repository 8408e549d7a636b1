import type { support as english } from '../en/support'
import type { Shape } from '../shape'

export const support: Shape<typeof english> = {
  support: {
    title: 'Accesso dell’assistenza',
    description: 'Il personale della piattaforma vede questa organizzazione solo per un periodo e per un motivo, e qui lo vedono tutti.',
    none: 'Nessuno l’ha chiesto',
    none_hint: 'Le richieste del personale compaiono qui e gli amministratori ricevono un’e-mail.',
    entering: 'Stai entrando',
    not_let_in:
      'Questo ingresso è già stato usato, è troppo vecchio, o l’accesso è terminato. Entra di nuovo dalla console Management, o lì chiedi un nuovo accesso.',
    ended_title: 'Il tuo accesso come assistenza è terminato',
    ended:
      'Non vedi più {{tenant}}: il tempo è scaduto, o qualcuno ha terminato l’accesso. Se ti serve ancora, chiedilo di nuovo nella console Management.',
    approve: 'Approva',
    refuse: 'Rifiuta',
    end: 'Termina l’accesso',
    leave: 'Esci',
    manage: 'Vedi chi e perché',
    hours_one: 'per {{count}} ora',
    hours_other: 'per {{count}} ore',
    until: 'fino al {{at}}',
    mode: { read: 'sola lettura', write: 'può modificare' },
    state: { asked: 'Attende te', active: 'Ha accesso', refused: 'Rifiutato', ended: 'Terminato', expired: 'Scaduto' },
    policy: {
      label: 'Quando il personale chiede l’accesso',
      ask: 'Chiedi ogni volta a un amministratore',
      allow: 'Lascialo entrare subito',
      never: 'Non lasciarlo mai entrare',
      hint: {
        ask: 'Nessuno entra prima dell’approvazione di un amministratore.',
        allow: 'Gli amministratori ricevono un’e-mail e possono terminarlo in ogni momento.',
        never: 'Ogni richiesta viene rifiutata.',
      },
    },
    banner: {
      own: 'Sei qui come assistenza, {{mode}}, fino al {{until}}. Qui lo vedono tutti.',
      other: '{{name}} della piattaforma può vedere questa organizzazione, {{mode}}, fino al {{until}}.',
    },
  },
}
