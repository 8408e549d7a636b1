import { and, eq, gt, sql } from 'drizzle-orm'
import { createHash, randomBytes } from 'node:crypto'
import { now, nowMs } from '../../core/clock'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { ownApp } from '../../core/provider'
import { type Named, readAnswer } from '../../core/provider-answer'
import { authorizationUrl } from '../../core/provider-client'
import { type Call, nobody } from '../../core/scope'
import { hashOf, mintCredential, readCredential, seal, unseal } from '../../core/secrets'
import { config } from '../config'
import { type StaffScope, audit, inManagement, routine, stranger } from '../scope'
import { staff } from '../staff/schema'
import { joinAsInvited } from '../staff/service'
import { staffSsoTransactions } from './schema'
import { type Staff, startSession } from '../sign-in/sessions'

type Refusal = 'sso_expired' | 'sso_denied' | 'sso_failed' | 'sso_unknown'

const random = () => randomBytes(32).toString('base64url')
const place = (id: string) => `staff_sso_transaction ${id}`
const page = (query: Record<string, string> = {}) => `${config.APP_BASE_URL}/?${new URLSearchParams(query).toString()}`

/** This plane's own registration, in the directory of the platform's people. */
export const staffApp = () => (config.MS_TENANT_ID ? ownApp(config, config.MS_TENANT_ID) : undefined)

/** Secrets of 256 bits each: the cookie names the row and stays with the browser, the rest goes to the provider. */
export async function beginTransaction() {
  const [id, state, nonce, verifier] = [Bun.randomUUIDv7(), random(), random(), random()]
  const { text: cookie, hash } = mintCredential('mzs', nobody, id)
  const sealed = seal(JSON.stringify({ nonce, verifier }), place(id))
  const expires_at = new Date(nowMs() + limits.ssoTransactionMs)
  await inManagement(stranger(), 'read write', async (scope) => {
    await scope.tx.insert(staffSsoTransactions).values({ id, hash, state_hash: hashOf(state), sealed, expires_at })
    routine(scope, 'half a sign-in opens nothing')
  })
  return { cookie, state, nonce, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** Where the browser goes, and the cookie that it takes along. */
export async function beginSignIn(email?: string) {
  const app = staffApp()
  if (!app) throw new Problem(404, 'sso_not_configured', 'Signing in with Microsoft is not set up here')
  const { cookie, ...checks } = await beginTransaction()
  return { url: await authorizationUrl(app, checks, email), cookie }
}

/** The transaction of this browser, used up by asking. */
async function takeTransaction(cookie: string | undefined, state: string | null) {
  const token = cookie === undefined ? undefined : readCredential('mzs', cookie)
  if (!token || state === null) return undefined
  const [used] = await inManagement(stranger(), 'read write', (scope) => {
    routine(scope, 'using up a token')
    const { id, hash, expires_at } = staffSsoTransactions
    return scope.tx
      .delete(staffSsoTransactions)
      .where(and(eq(id, token.id), eq(hash, token.hash), gt(expires_at, now())))
      .returning()
  })
  if (used?.state_hash !== hashOf(state)) return undefined
  return { state, ...(JSON.parse(unseal(used.sealed, place(used.id))) as { nonce: string; verifier: string }) }
}

/**
 * By the directory's own key for the person; else, once, by an address on the list of staff or of invitations. The directory is our own, so that its
 * administrators answer for the addresses in it; no other directory is taken.
 */
async function findStaff(scope: StaffScope, { way, email, name }: Named): Promise<Staff | undefined> {
  const { tx } = scope
  const { directory, subject } = way
  const [known] = await tx
    .select()
    .from(staff)
    .where(and(eq(staff.directory, directory), eq(staff.subject, subject)))
  if (known || !email) return known
  const [named] = await tx
    .update(staff)
    .set({ directory, subject })
    .where(sql`lower(${staff.email}) = lower(${email}) and ${staff.subject} is null and not ${staff.disabled}`)
    .returning()
  if (!named) return joinAsInvited(scope, { email, name: name ?? email, directory, subject })
  await audit({ ...scope, actor: stranger(named.id) }, 'staff.link', named.id, { after: { directory } })
  return named
}

/** Where the browser goes, and with what refresh token; with the word of what was wrong where there is none. */
export async function finishSignIn(search: string, cookie: string | undefined, call: Call, userAgent?: string) {
  const answer = new URLSearchParams(search)
  const refuse = async (reason: Refusal) => {
    await inManagement(stranger(), 'read write', (scope) => audit(scope, 'sso.refuse', null, { after: { reason } }), call)
    return { url: page({ error: reason }), refresh: undefined }
  }
  const transaction = await takeTransaction(cookie, answer.get('state'))
  const app = staffApp()
  if (!transaction || !app) return refuse('sso_expired')
  if (answer.has('error')) return refuse('sso_denied')
  const named = await readAnswer(app, search, transaction).catch((error: unknown) => {
    log.warn({ code: (error as { code?: string }).code, request_id: call.request_id }, 'the answer of an identity provider was refused')
    return undefined
  })
  if (!named) return refuse('sso_failed')
  const session = await inManagement(
    stranger(),
    'read write',
    async (scope) => {
      routine(scope, 'recorded as done by who signs in')
      const who = await findStaff(scope, named)
      return who && !who.disabled ? startSession(scope, who, ['sso'], userAgent) : undefined
    },
    call,
  )
  return session ? { url: page(), refresh: session.refresh } : refuse('sso_unknown')
}
