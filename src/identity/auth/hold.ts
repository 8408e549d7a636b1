import { sql } from 'drizzle-orm'
import { now } from '../../core/clock'
import { Problem } from '../../core/errors'
import type { Scope } from '../../core/scope'
import { issuerOf } from '../../core/provider'
import { ssoProviders } from '../sso-settings/schema'
import { boundToTenant } from './session-rules'

/** The way somebody came is still his, and its provider still the tenant's, until this transaction ends: their end is seen, or ends what began here. Noted as used. */
export async function holdIdentity({ tx, own, actor }: Scope, { amr, identity_id }: { amr: string[]; identity_id: string | null }) {
  if (identity_id === null) return
  const [used] = await tx.execute<{ issuer: string | null }>(
    sql`select use_identity(${actor.id}, ${identity_id}, ${now().toISOString()}) as issuer`,
  )
  if (!used?.issuer) throw new Problem(401, 'unauthenticated', 'Sign in first')
  if (!amr.includes(boundToTenant)) return
  const [provider] = await tx.select().from(ssoProviders).where(own(ssoProviders)).for('share')
  if (!provider || issuerOf(provider) !== used.issuer) throw new Problem(401, 'unauthenticated', 'Sign in first')
}

export const notePasswordUse = ({ tx, actor }: Scope) => tx.execute(sql`select note_password_use(${actor.id}, ${now().toISOString()})`)
