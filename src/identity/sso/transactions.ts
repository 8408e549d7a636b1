import { and, eq, gt } from 'drizzle-orm'
import { createHash, randomBytes } from 'node:crypto'
import { routine } from '../../core/audit'
import { now, nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { type Scope, bareUser, inTenant, nobody } from '../../core/scope'
import { hashOf, mintCredential, readCredential, seal, unseal } from '../../core/secrets'
import { type Errand, ssoHandoffs, ssoTransactions } from './schema'

interface Secrets {
  nonce: string
  verifier: string
}

const place = (id: string) => `sso_transaction ${id}`
const random = () => randomBytes(32).toString('base64url')
const beforeAnyTenant = <T>(work: (scope: Scope) => Promise<T>) =>
  inTenant(bareUser(nobody), 'read write', (scope) => {
    routine(scope, 'half a sign-in opens nothing')
    return work(scope)
  })

/** Secrets of 256 bits each: the cookie names the row and stays with the browser; state, nonce and the challenge of the verifier go to the provider. */
export async function beginTransaction(asked: { provider: string; return_path: string; link?: Errand }) {
  const [id, state, nonce, verifier] = [Bun.randomUUIDv7(), random(), random(), random()]
  const { text: cookie, hash } = mintCredential('mzs', nobody, id)
  const sealed = seal(JSON.stringify({ nonce, verifier } satisfies Secrets), place(id))
  const expires_at = new Date(nowMs() + limits.ssoTransactionMs)
  await beforeAnyTenant(({ tx, owned }) =>
    tx.insert(ssoTransactions).values(owned({ id, hash, state_hash: hashOf(state), sealed, ...asked, expires_at })),
  )
  return { cookie, state, nonce, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** The transaction of this browser, used up by asking, also where the state turns out to be another's. */
export async function takeTransaction(cookie: string | undefined, state: string | null) {
  const token = cookie === undefined ? undefined : readCredential('mzs', cookie)
  if (!token || state === null) return undefined
  const [used] = await beforeAnyTenant(({ tx, own }) =>
    tx
      .delete(ssoTransactions)
      .where(
        and(
          own(ssoTransactions),
          eq(ssoTransactions.id, token.id),
          eq(ssoTransactions.hash, token.hash),
          gt(ssoTransactions.expires_at, now()),
        ),
      )
      .returning(),
  )
  if (used?.state_hash !== hashOf(state)) return undefined
  const { return_path, provider, link } = used
  return { return_path, provider, link, ...(JSON.parse(unseal(used.sealed, place(used.id))) as Secrets) }
}

/** A code for whom the provider named: 60 seconds, one use, of use only in the browser that holds the cookie. */
export async function keepForExchange(
  { user_id, email, identity_id, provider }: { user_id: string; email: string; identity_id: string; provider: string },
  cookie: string,
) {
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzx', nobody, id)
  const expires_at = new Date(nowMs() + limits.ssoHandoffMs)
  await beforeAnyTenant(({ tx, owned }) =>
    tx.insert(ssoHandoffs).values(owned({ id, hash, cookie_hash: hashOf(cookie), user_id, email, identity_id, provider, expires_at })),
  )
  return text
}

/** Used up by asking, also by another browser than the one that began. */
export async function takeHandoff(code: string, cookie: string | undefined) {
  const token = readCredential('mzx', code)
  if (!token) return undefined
  const [used] = await beforeAnyTenant(({ tx, own }) =>
    tx
      .delete(ssoHandoffs)
      .where(and(own(ssoHandoffs), eq(ssoHandoffs.id, token.id), eq(ssoHandoffs.hash, token.hash), gt(ssoHandoffs.expires_at, now())))
      .returning(),
  )
  return used && cookie !== undefined && hashOf(cookie) === used.cookie_hash ? used : undefined
}
