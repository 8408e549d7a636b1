import { createTransport } from 'nodemailer'
import { config } from './config'
import { callingOut } from './spans'

export interface Message {
  /** The same for every attempt, so that a mail whose answer was lost is not delivered twice. */
  id: string
  to: string
  subject: string
  text: string
  html: string
}

/** `kept` stays with us; `refused` will not be taken however often it is sent; `failed` may be tried again. `reason` holds no value of the mail. */
export interface Delivery {
  outcome: 'sent' | 'kept' | 'refused' | 'failed'
  reason?: string
}

/** With no way out configured, mail is kept and shown in the console. */
const keepsMail = () => !config.RESEND_API_KEY && !config.SMTP_URL

const waitMs = 10_000

/** https://resend.com/docs/api-reference/emails/send-email: a repeated Idempotency-Key sends nothing anew. */
async function byResend({ id, to, ...content }: Message): Promise<Delivery> {
  const reply = await fetch(`${config.RESEND_URL}/emails`, {
    method: 'POST',
    headers: { authorization: `Bearer ${config.RESEND_API_KEY}`, 'content-type': 'application/json', 'idempotency-key': id },
    body: JSON.stringify({ from: config.MAIL_FROM, to: [to], ...content }),
    redirect: 'error',
    signal: AbortSignal.timeout(waitMs),
  })
  await reply.body?.cancel()
  if (reply.ok) return { outcome: 'sent' }
  const final = reply.status >= 400 && reply.status < 500 && ![401, 403, 408, 409, 429].includes(reply.status)
  return { outcome: final ? 'refused' : 'failed', reason: `resend ${reply.status}` }
}

async function bySmtp({ id, ...content }: Message): Promise<Delivery> {
  const transport = createTransport({
    url: config.SMTP_URL,
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = config.MAIL_FROM.match(/@([\w.-]+)/)?.[1] ?? 'localhost'
  try {
    await transport.sendMail({ from: config.MAIL_FROM, messageId: `<${id}@${domain}>`, ...content })
    return { outcome: 'sent' }
  } catch (error) {
    // RFC 5321 section 4.2.1: 5yz is final. A login that is refused (535) is for the operator to put right, and then the mail goes.
    const { responseCode = 0, code = 'unreachable' } = error as { responseCode?: number; code?: string }
    const final = responseCode >= 500 && code !== 'EAUTH'
    return { outcome: final ? 'refused' : 'failed', reason: responseCode ? `smtp ${responseCode}` : `smtp ${code}` }
  } finally {
    transport.close()
  }
}

/** Hands a mail to Resend, else to SMTP_URL, else keeps it. Never throws. */
export async function deliver(message: Message): Promise<Delivery> {
  if (keepsMail()) return { outcome: 'kept' }
  try {
    return await (config.RESEND_API_KEY ? callingOut('resend', () => byResend(message)) : callingOut('smtp', () => bySmtp(message)))
  } catch {
    return { outcome: 'failed', reason: 'unreachable' }
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** HTML whose inserted values are text, whatever they hold. */
export const html = (parts: TemplateStringsArray, ...values: string[]) =>
  String.raw({ raw: parts }, ...values.map((value) => value.replace(/[&<>"']/g, (sign) => entities[sign]!)))
