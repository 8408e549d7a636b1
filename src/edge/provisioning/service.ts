import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { notFound } from '../../core/errors'
import type { Scope } from '../../core/scope'
import { mintCredential } from '../../core/secrets'
import { type Paging, keyset } from '../../core/wire'
import { assertPlace } from '../../identity/org-units/service'
import { assertSite } from '../sites/service'
import { provisioningKeys } from './schema'

export interface ProvisioningKeyInput {
  label: string
  expires_at?: Date | null
  use_limit?: number | null
  org_unit_id?: string | null
  site_id?: string | null
}

export async function listProvisioningKeys({ tx, own }: Scope, paging: Paging) {
  const { rows, after, order, cut } = keyset(paging, provisioningKeys.id, { descending: true })
  return cut(
    await tx
      .select()
      .from(provisioningKeys)
      .where(and(own(provisioningKeys), after))
      .orderBy(order)
      .limit(rows),
  )
}

/** The key itself is in this answer and nowhere else. */
export async function createProvisioningKey(scope: Scope, input: ProvisioningKeyInput) {
  await assertPlace(scope, input.org_unit_id)
  await assertSite(scope, input.site_id, input.org_unit_id)
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzp', scope.actor.tenant_id, id)
  const [key] = await scope.tx
    .insert(provisioningKeys)
    .values(scope.owned({ ...input, id, prefix: text.slice(0, 12), key_hash: hash }))
    .returning()
  await audit(scope, 'provisioning_keys.create', id, { after: key })
  return { ...key!, provisioning_key: text }
}

export async function revokeProvisioningKey(scope: Scope, id: string) {
  const mine = and(scope.own(provisioningKeys), eq(provisioningKeys.id, id))
  const [before] = await scope.tx.select().from(provisioningKeys).where(mine)
  if (!before) throw notFound('registration key')
  const [after] = await scope.tx
    .update(provisioningKeys)
    .set({ revoked_at: before.revoked_at ?? now() })
    .where(mine)
    .returning()
  await audit(scope, 'provisioning_keys.revoke', id, { before, after })
}

/** Counts one use by a single conditional update, so that any number of parallel registrations never exceed the limit. undefined: not usable. */
export async function useProvisioningKey({ tx, own }: Scope, id: string, key_hash: string) {
  const at = now()
  const [key] = await tx
    .update(provisioningKeys)
    .set({ uses: sql`${provisioningKeys.uses} + 1`, last_used_at: at })
    .where(
      and(
        own(provisioningKeys),
        eq(provisioningKeys.id, id),
        eq(provisioningKeys.key_hash, key_hash),
        isNull(provisioningKeys.revoked_at),
        or(isNull(provisioningKeys.expires_at), gt(provisioningKeys.expires_at, at)),
        or(isNull(provisioningKeys.use_limit), lt(provisioningKeys.uses, provisioningKeys.use_limit)),
      ),
    )
    .returning()
  return key
}
