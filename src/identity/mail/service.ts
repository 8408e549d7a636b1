import { and, eq, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { now } from '../../core/clock'
import { config } from '../../core/config'
import { enqueue } from '../../core/jobs'
import { limits } from '../../core/limits'
import { type Message, deliver } from '../../core/mail'
import { type Scope, isId, personOf } from '../../core/scope'
import { seal, unseal } from '../../core/secrets'
import { type Paging, keyset } from '../../core/wire'
import { seenMembers } from '../users/org-unit-scope'
import { type Letter, write } from './letters'
import { type mailStates, mails } from './schema'

type Content = Pick<Message, 'subject' | 'text' | 'html'>

const place = (id: string) => `mail ${id}`

/** The address of a page of the console, with a secret in it: for a mail alone. */
export const linkTo = (path: string, token?: string) => `${config.APP_BASE_URL}/${path}${token ? `?token=${token}` : ''}`

/** Leaves with the commit of this transaction; the job knows only which mail it is. */
export async function queueMail(scope: Scope, letter: Letter) {
  const id = Bun.randomUUIDv7()
  const content = seal(JSON.stringify(write(letter)), place(id))
  await scope.tx.insert(mails).values(scope.owned({ id, recipient: letter.to, kind: letter.kind, content }))
  await enqueue(scope, 'mail.send', { mail_id: id }, id)
}

/** Sends a queued mail; one that was sent, kept or given up is left alone. After a failure it is tried again with growing pauses, at most 8 times. */
export async function sendMail(scope: Scope, mail_id: unknown) {
  routine(scope, 'who caused the mail was recorded with it')
  if (typeof mail_id !== 'string' || !isId(mail_id)) return
  const { tx, own } = scope
  const mine = and(own(mails), eq(mails.id, mail_id))
  const [mail] = await tx.select().from(mails).where(mine).for('update')
  if (mail?.state !== 'queued' || !mail.content) return
  const content = JSON.parse(unseal(mail.content, place(mail_id))) as Content
  const { outcome, reason = null } = await deliver({ id: mail_id, to: mail.recipient, ...content })
  const attempts = mail.attempts + 1
  if (outcome === 'failed' && attempts < limits.mailAttempts) {
    await tx.update(mails).set({ attempts, reason }).where(mine)
    return enqueue(scope, 'mail.send', { mail_id }, mail_id, limits.mailFirstPauseMs * 2 ** mail.attempts)
  }
  const state = outcome === 'sent' || outcome === 'kept' ? outcome : ('failed' as const)
  await tx
    .update(mails)
    .set({ attempts, reason, state, ended_at: now(), content: state === 'kept' ? mail.content : null })
    .where(mine)
  if (state === 'failed') await audit(scope, 'mails.fail', mail_id, { after: { kind: mail.kind, reason, attempts } })
}

const atHome = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * What a mail says is told on a machine that serves itself alone, and only to who sees the whole tenant: a link in it may open
 * another tenant of its reader, so that an installation with real tenants needs a way out for its mail.
 */
const tells = ({ actor }: Scope) =>
  actor.units === 'all' && Bun.env.NODE_ENV !== 'production' && atHome.test(new URL(config.API_PUBLIC_URL).hostname)

/** Who sees a part of the organization sees the mail to those who work there, and to whom he invited himself. */
const visible = (scope: Scope) =>
  scope.actor.units === 'all'
    ? undefined
    : sql`(exists (select from membership join app_user u on u.id = membership.user_id
        where membership.tenant_id = ${mails.tenant_id} and lower(u.email) = lower(${mails.recipient}) and ${seenMembers(scope)})
      or exists (select from invitation i
        where i.tenant_id = ${mails.tenant_id} and lower(i.email) = lower(${mails.recipient}) and i.invited_by = ${personOf(scope.actor)}))`

/** Newest first. */
export async function listMail(scope: Scope, { state, ...paging }: Paging & { state?: (typeof mailStates)[number] }) {
  const { tx, own } = scope
  const { rows, after, order, cut } = keyset(paging, mails.id, { descending: true })
  const found = await tx
    .select()
    .from(mails)
    .where(and(own(mails), visible(scope), state && eq(mails.state, state), after))
    .orderBy(order)
    .limit(rows)
  return cut(
    found.map(({ content, ...mail }) => {
      const said = content && mail.state === 'kept' && tells(scope) ? (JSON.parse(unseal(content, place(mail.id))) as Content) : null
      return { ...mail, subject: said?.subject ?? null, text: said?.text ?? null }
    }),
  )
}
