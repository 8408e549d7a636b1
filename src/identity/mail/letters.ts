import { html } from '../../core/mail'
import type { Language, mails } from './schema'

/** What a mail is made of: the greeting is ours, names and links come from outside and are escaped. */
export interface Letter {
  kind: (typeof mails.$inferInsert)['kind']
  to: string
  language: Language
  link: string
  /** Of the organization it is about. */
  tenant?: string
}

interface Words {
  subject: string
  lines: string[]
  button: string
  end: string
}

const words: Record<Language, Record<Letter['kind'], (tenant: string) => Words>> = {
  en: {
    password_reset: () => ({
      subject: 'Choose a new password',
      lines: ['Somebody, probably you, asked for a new password for Monozu Cloud. The link works once, within 30 minutes.'],
      button: 'Choose a password',
      end: 'If it was not you, there is nothing to do: your password stays as it is.',
    }),
    invitation: (tenant) => ({
      subject: `Invitation to ${tenant}`,
      lines: [`You are invited to ${tenant} on Monozu Cloud. The link works once, within 7 days.`],
      button: 'Accept the invitation',
      end: 'If you do not know who invites you, leave this mail alone.',
    }),
    verification: (tenant) => ({
      subject: 'Confirm your e-mail address',
      lines: [`This address is used for ${tenant} on Monozu Cloud. Please confirm that it is yours.`],
      button: 'Confirm',
      end: 'If it was not you, leave this mail alone.',
    }),
    already_registered: () => ({
      subject: 'You have an account already',
      lines: ['Somebody, probably you, tried to register with this address, which has an account on Monozu Cloud.'],
      button: 'Sign in',
      end: 'If it was not you, there is nothing to do.',
    }),
    mfa_reset: (tenant) => ({
      subject: 'Your second factor was reset',
      lines: [
        `An administrator of ${tenant} has switched off your two-factor authentication on Monozu Cloud and ended your sessions. Your password is unchanged.`,
      ],
      button: 'Sign in',
      end: 'Set it up again after signing in. If you did not ask for this, tell your administrator at once.',
    }),
    support_asked: (tenant) => ({
      subject: `Support asks to see ${tenant}`,
      lines: [`Somebody of the staff of Monozu Cloud asks for access to ${tenant}, for a while. Nobody comes in before you approve it.`],
      button: 'See who asks, and why',
      end: 'If you did not ask for help, refuse it.',
    }),
    support_active: (tenant) => ({
      subject: `Support has access to ${tenant}`,
      lines: [
        `As your settings allow it, somebody of the staff of Monozu Cloud has access to ${tenant} for a while. You can end it at any time.`,
      ],
      button: 'See who, and why',
      end: 'The settings of your organization say whether you are asked first.',
    }),
    archive: (tenant) => ({
      subject: `The data of ${tenant}`,
      lines: [
        `${tenant} is leaving Monozu Cloud. All of its data is ready to be downloaded as one archive. The link is yours alone and works for 7 days.`,
      ],
      button: 'Download the data',
      end: 'Keep the archive in a safe place: it holds everything your organization had here. Afterwards the data is deleted.',
    }),
  },
  it: {
    password_reset: () => ({
      subject: 'Scegli una nuova password',
      lines: ['Qualcuno, probabilmente tu, ha chiesto una nuova password per Monozu Cloud. Il link vale una volta sola, entro 30 minuti.'],
      button: 'Scegli una password',
      end: 'Se non sei stato tu, non devi fare nulla: la tua password resta quella di prima.',
    }),
    invitation: (tenant) => ({
      subject: `Invito a ${tenant}`,
      lines: [`Hai ricevuto un invito a ${tenant} su Monozu Cloud. Il link vale una volta sola, entro 7 giorni.`],
      button: 'Accetta l’invito',
      end: 'Se non conosci chi ti invita, ignora questa e-mail.',
    }),
    verification: (tenant) => ({
      subject: 'Conferma il tuo indirizzo e-mail',
      lines: [`Questo indirizzo è usato per ${tenant} su Monozu Cloud. Conferma che è il tuo.`],
      button: 'Conferma',
      end: 'Se non sei stato tu, ignora questa e-mail.',
    }),
    already_registered: () => ({
      subject: 'Hai già un account',
      lines: ['Qualcuno, probabilmente tu, ha provato a registrarsi con questo indirizzo, che ha già un account su Monozu Cloud.'],
      button: 'Accedi',
      end: 'Se non sei stato tu, non devi fare nulla.',
    }),
    mfa_reset: (tenant) => ({
      subject: 'Il tuo secondo fattore è stato reimpostato',
      lines: [
        `Un amministratore di ${tenant} ha disattivato la tua autenticazione a due fattori su Monozu Cloud e chiuso le tue sessioni. La password non è cambiata.`,
      ],
      button: 'Accedi',
      end: 'Configurala di nuovo dopo l’accesso. Se non l’hai chiesto tu, avvisa subito il tuo amministratore.',
    }),
    support_asked: (tenant) => ({
      subject: `L’assistenza chiede di vedere ${tenant}`,
      lines: [
        `Qualcuno del personale di Monozu Cloud chiede di accedere a ${tenant} per un periodo limitato. Nessuno entra prima della tua approvazione.`,
      ],
      button: 'Vedi chi lo chiede e perché',
      end: 'Se non hai chiesto aiuto, rifiuta.',
    }),
    support_active: (tenant) => ({
      subject: `L’assistenza ha accesso a ${tenant}`,
      lines: [
        `Come previsto dalle impostazioni, qualcuno del personale di Monozu Cloud ha accesso a ${tenant} per un periodo limitato. Puoi terminarlo in ogni momento.`,
      ],
      button: 'Vedi chi e perché',
      end: 'Nelle impostazioni dell’organizzazione scegli se vuoi essere interpellato prima.',
    }),
    archive: (tenant) => ({
      subject: `I dati di ${tenant}`,
      lines: [
        `${tenant} lascia Monozu Cloud. Tutti i suoi dati sono pronti da scaricare in un unico archivio. Il link è solo per te e vale 7 giorni.`,
      ],
      button: 'Scarica i dati',
      end: 'Conserva l’archivio in un luogo sicuro: contiene tutto ciò che l’organizzazione aveva qui. Poi i dati vengono eliminati.',
    }),
  },
}

/** One line: a name from outside must not begin a header of its own. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()

export function write({ kind, language, link, tenant = '' }: Letter) {
  const { subject, lines, button, end } = words[language][kind](oneLine(tenant))
  return {
    subject,
    text: [...lines, link, end, 'Monozu Cloud'].join('\n\n'),
    html: [
      html`<!doctype html>
        <html lang="${language}">
          <body style="font-family:sans-serif;line-height:1.5;color:#1c2430">
         `,
      ...lines.map((line) => html`<p>${line}</p>`),
      html`<p>
        <a href="${link}" style="background:#2456d6;color:#fff;padding:10px 16px;border-radius:6px;text-decoration:none">${button}</a>
      </p>`,
      html`<p style="word-break:break-all">${link}</p>
        <p>${end}</p>
        <p>Monozu Cloud</p>
        </body>
        </html>`,
    ].join('\n'),
  }
}

/** What a browser says of its reader (RFC 9110 section 12.5.4): its first choice, where we speak it. */
export const languageOf = (accepted: string | undefined): Language => (/^\s*it\b/i.test(accepted ?? '') ? 'it' : 'en')
