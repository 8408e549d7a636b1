import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { type Credential, type Known, notingUse } from '../../core/authenticate'
import { now, nowMs } from '../../core/clock'
import { Problem, invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Permission, expand } from '../../core/permissions'
import { type Scope, ago, inTenant, jobActor, personOf } from '../../core/scope'
import { mintCredential } from '../../core/secrets'
import { uuids } from '../../core/wire'
import { assertHolds, known } from '../groups/service'
import { isLicensed } from '../licences/service'
import { getServiceAccountToChange } from '../service-accounts/service'
import { memberships } from '../users/schema'
import { readNetwork, within } from '../../core/networks'
import { apiTokens } from './schema'

export interface ApiTokenInput {
  name: string
  scopes: string[]
  expires_at: Date
  allowed_addresses?: string[] | null
  service_account_id?: string | null
}

type Token = typeof apiTokens.$inferSelect
interface Owner {
  kind: 'user' | 'service_account'
  id: string
  name: string
}

// Outer columns are written out: drizzle drops the table's name where there is but one.
export const owner = sql<Owner>`coalesce(
  (select json_build_object('kind', 'user', 'id', m.user_id, 'name', m.name) from membership m
    where m.tenant_id = api_token.tenant_id and m.id = api_token.membership_id),
  (select json_build_object('kind', 'service_account', 'id', a.id, 'name', a.name) from service_account a
    where a.tenant_id = api_token.tenant_id and a.id = api_token.service_account_id))`

export const shown = ({ token, owner }: { token: Token; owner: Owner }) => {
  const {
    tenant_id: _,
    token_hash: __,
    membership_id: ___,
    service_account_id: ____,
    version: _____,
    made_with_id: ______,
    ...rest
  } = token
  return { ...rest, owner }
}

export const ofCaller = ({ actor }: Scope) => sql`(${apiTokens.service_account_id} = ${personOf(actor)} or exists (select from membership m
  where m.tenant_id = ${apiTokens.tenant_id} and m.id = ${apiTokens.membership_id} and m.user_id = ${personOf(actor)}))`

/** The own ones; with `everybody` those of all whom the caller sees: a part of the organization sees who works there. */
export function visible(scope: Scope, everybody: Permission) {
  const { units, permissions } = scope.actor
  if (!permissions.has(everybody)) return ofCaller(scope)
  if (units === 'all') return undefined
  return sql`(${ofCaller(scope)} or exists (select from membership_unit mu where mu.tenant_id = ${apiTokens.tenant_id}
      and mu.membership_id = ${apiTokens.membership_id} and mu.org_unit_id = any(${uuids(units)}))
    or exists (select from service_account_unit su where su.tenant_id = ${apiTokens.tenant_id}
      and su.service_account_id = ${apiTokens.service_account_id} and su.org_unit_id = any(${uuids(units)})))`
}

/** Whose the new token is: the caller's own, or a service account's that he may change. */
async function ownerOf(scope: Scope, service_account_id: string | null | undefined) {
  const { tx, own, actor } = scope
  if (service_account_id) {
    if (!actor.permissions.has('settings.service_accounts.update') && service_account_id !== personOf(actor))
      throw new Problem(403, 'forbidden', 'This needs the permission settings.service_accounts.update')
    await getServiceAccountToChange(scope, service_account_id)
    return { service_account_id }
  }
  const [membership] = await tx
    .select({ id: memberships.id })
    .from(memberships)
    .where(and(own(memberships), eq(memberships.user_id, personOf(actor))))
  // What is no member is a service account, whose token makes another of its own.
  return membership ? { membership_id: membership.id } : { service_account_id: personOf(actor) }
}

/** A token makes no other that holds longer, reaches further or outlives it. */
async function assertWithinOwn({ tx, own, actor }: Scope, { expires_at, allowed_addresses }: ApiTokenInput) {
  if (actor.kind !== 'api_token') return undefined
  const [mine] = await tx
    .select()
    .from(apiTokens)
    .where(and(own(apiTokens), eq(apiTokens.id, actor.id)))
  if (!mine || expires_at > mine.expires_at) throw invalid('/expires_at', 'is later than the end of the token that makes it')
  const allowed = mine.allowed_addresses
  if (allowed && !(allowed_addresses?.length && allowed_addresses.every((network) => within(allowed, network))))
    throw invalid('/allowed_addresses', 'goes beyond those of the token that makes it')
  return mine.id
}

function assertSound({ expires_at, allowed_addresses }: ApiTokenInput) {
  const ms = expires_at.getTime() - nowMs()
  if (ms <= 0) throw invalid('/expires_at', 'must be in the future')
  if (ms > limits.apiTokenDays * 86_400_000) throw invalid('/expires_at', `is at most ${limits.apiTokenDays} days away`)
  const wrong = allowed_addresses?.findIndex((network) => !readNetwork(network)) ?? -1
  if (wrong >= 0) throw invalid(`/allowed_addresses/${wrong}`, 'is no IP address and no network such as 192.0.2.0/24')
}

/** The token itself is in this answer and nowhere else. */
export async function createApiToken(scope: Scope, input: ApiTokenInput) {
  const { tx, own, owned, actor } = scope
  assertSound(input)
  const scopes = known(input.scopes, 'scopes')
  assertHolds(scope, scopes)
  const made_with_id = await assertWithinOwn(scope, input)
  const whose = await ownerOf(scope, input.service_account_id)
  const live = and(isNull(apiTokens.revoked_at), sql`${apiTokens.expires_at} > ${now().toISOString()}`)
  const same = whose.membership_id
    ? eq(apiTokens.membership_id, whose.membership_id)
    : eq(apiTokens.service_account_id, whose.service_account_id!)
  const held = await tx.$count(apiTokens, and(own(apiTokens), same, live))
  if (held >= limits.apiTokensPerOwner)
    throw new Problem(409, 'too_many', `One has at most ${limits.apiTokensPerOwner} API tokens that hold`)
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzt', actor.tenant_id, id)
  const { name, expires_at } = input
  const allowed_addresses = input.allowed_addresses?.length ? [...new Set(input.allowed_addresses)] : null
  const [token] = await tx
    .insert(apiTokens)
    .values(owned({ id, ...whose, name, scopes, expires_at, allowed_addresses, made_with_id, prefix: text.slice(0, 12), token_hash: hash }))
    .returning()
  await audit(scope, 'api_tokens.create', id, { after: token })
  const [found] = await tx
    .select({ token: apiTokens, owner })
    .from(apiTokens)
    .where(and(own(apiTokens), eq(apiTokens.id, id)))
  return { ...shown(found!), token: text }
}

/** Ends a token at once, and all that were made with it. */
export async function revokeApiToken(scope: Scope, id: string) {
  const { tx, own, actor, signals } = scope
  const find = (which: ReturnType<typeof and>) =>
    tx
      .select()
      .from(apiTokens)
      .where(and(own(apiTokens), eq(apiTokens.id, id), which))
      .for('no key update')
  const [before] = await find(visible(scope, 'settings.api_tokens.delete'))
  if (!before) {
    const [seen] = await find(visible(scope, 'settings.api_tokens.read'))
    if (seen) throw new Problem(403, 'forbidden', 'This needs the permission settings.api_tokens.delete')
    throw notFound('API token')
  }
  const revoked = await tx.execute<{ id: string }>(sql`
    with recursive made as (
      select k.id from api_token k where k.tenant_id = ${actor.tenant_id} and k.id = ${id}
      union
      select k.id from made join api_token k on k.tenant_id = ${actor.tenant_id} and k.made_with_id = made.id)
    update api_token set revoked_at = ${now().toISOString()}
    where tenant_id = ${actor.tenant_id} and id in (select id from made) and revoked_at is null returning id`)
  if (!revoked.length) return routine(scope, 'it had been revoked before')
  await audit(scope, 'api_tokens.revoke', id, { before, after: { revoked: revoked.map((row) => row.id) } })
  signals.push({ topic: 'sessions', key: actor.tenant_id })
}

const noteUse = ({ tenant_id, id }: Credential) =>
  inTenant(jobActor(tenant_id), 'read write', (scope) => {
    routine(scope, 'when a token was last used is no decision')
    return scope.tx.execute(sql`
      update api_token set last_used_at = ${now().toISOString()} where tenant_id = ${tenant_id} and id = ${id}
        and (last_used_at is null or last_used_at <= ${ago(limits.credentialUseMs).toISOString()})`)
  })

interface Row extends Record<string, unknown> {
  ends_at: string
  tenant_status: string
  last_used_at: string | null
  scopes: string[]
  allowed_addresses: string[] | null
  owner_id: string
  whole_tenant: boolean
  permissions: string[] | null
  units: string[] | null
}

/** A token with what it may do just now: its scopes within what its owner may, in the owner's view. undefined when token, owner, tenant or its licence no longer hold. */
export async function loadApiToken({ tenant_id, id, hash }: Credential): Promise<Known | undefined> {
  const row = await inTenant(jobActor(tenant_id), 'read only', async (scope) => {
    const [found] = await scope.tx.execute<Row>(sql`
      select t.status as tenant_status, k.expires_at as ends_at, k.last_used_at, to_json(k.scopes) as scopes, to_json(k.allowed_addresses) as allowed_addresses,
        coalesce(m.user_id, a.id) as owner_id, coalesce(m.whole_tenant, a.whole_tenant) as whole_tenant,
        (select json_agg(distinct p) from access_group g, unnest(g.permissions) p where g.tenant_id = k.tenant_id and g.id in (
            select mg.group_id from membership_group mg where mg.tenant_id = k.tenant_id and mg.membership_id = m.id
            union all
            select sg.group_id from service_account_group sg where sg.tenant_id = k.tenant_id and sg.service_account_id = a.id)) as permissions,
        (with recursive seen as (
            select held.id, held.subtree from (
              select mu.org_unit_id as id, mu.subtree from membership_unit mu where mu.tenant_id = k.tenant_id and mu.membership_id = m.id
              union all
              select su.org_unit_id, su.subtree from service_account_unit su
                where su.tenant_id = k.tenant_id and su.service_account_id = a.id) held
            union
            select u.id, true from seen join org_unit u on u.tenant_id = k.tenant_id and u.parent_id = seen.id where seen.subtree)
          select json_agg(distinct id) from seen) as units
      from api_token k
        join tenant t on t.id = k.tenant_id
        left join membership m on m.tenant_id = k.tenant_id and m.id = k.membership_id and not m.disabled
        left join service_account a on a.tenant_id = k.tenant_id and a.id = k.service_account_id and not a.disabled
      where k.tenant_id = ${tenant_id} and k.id = ${id} and k.token_hash = ${hash} and k.revoked_at is null
        and k.expires_at > ${now().toISOString()} and coalesce(m.id, a.id) is not null`)
    return found && (await isLicensed(scope)) ? found : undefined
  })
  if (!row) return undefined
  const held = expand(row.permissions ?? [])
  const { allowed_addresses } = row
  return {
    endsAt: Date.parse(row.ends_at),
    tenant_status: row.tenant_status,
    admits: (address) => !allowed_addresses || within(allowed_addresses, address),
    used: notingUse(row.last_used_at ? new Date(row.last_used_at) : null, () => noteUse({ tenant_id, id, hash })),
    actor: {
      kind: 'api_token',
      id,
      owner_id: row.owner_id,
      tenant_id,
      units: row.whole_tenant ? 'all' : (row.units ?? []).slice(0, limits.orgUnits),
      permissions: new Set(held.filter((permission) => row.scopes.includes(permission))),
    },
  }
}
