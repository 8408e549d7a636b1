import { and, eq, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, codeOf, invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Scope, expectVersion } from '../../core/scope'
import { type Paging, containing, keyset, uuids } from '../../core/wire'
import { isTimeZone } from '../../core/zone'
import { assertPlace, assertPosition } from '../../identity/org-units/service'
import { inUnits } from '../../identity/org-units/subtree'
import { sites } from './schema'

export interface SiteChange {
  name?: string
  address?: string | null
  latitude?: number | null
  longitude?: number | null
  time_zone?: string | null
}
export type SiteInput = SiteChange & { name: string; org_unit_id: string }
export interface SiteFilter {
  id?: string[]
  search?: string
  /** A unit stands for all that is below it, too, unless `below` is false. */
  org_unit_id?: string
  below?: boolean
}

const columns = {
  site: sites,
  device_count: sql<number>`(select count(*)::int from device d where d.tenant_id = site.tenant_id and d.site_id = site.id)`,
}
const shown = ({ site: { name_order: _, ...site }, device_count }: { site: typeof sites.$inferSelect; device_count: number }) => ({
  ...site,
  device_count,
})

const byName = (paging: Paging) => keyset(paging, sites.id, { by: sql`${sites.name_order}` })

export async function listSites(scope: Scope, { id, search, org_unit_id, below = true, ...paging }: SiteFilter & Paging) {
  const { rows, after, order, cut } = byName(paging)
  const found = await scope.tx
    .select(columns)
    .from(sites)
    .where(
      and(
        scope.own(sites),
        id?.length ? sql`${sites.id} = any(${uuids(id)})` : undefined,
        search ? sql`${sites.name} ilike ${containing(search)}` : undefined,
        org_unit_id ? (below ? inUnits(scope, sites.org_unit_id, org_unit_id) : eq(sites.org_unit_id, org_unit_id)) : undefined,
        after,
      ),
    )
    .orderBy(order)
    .limit(rows)
  const page = cut(
    found.map((row) => ({ ...row, id: row.site.id })),
    ({ site }) => site.name_order,
  )
  return { ...page, items: page.items.map(shown) }
}

/** What a map needs of every site, in few pages. */
export async function listPlaces({ tx, own }: Scope, { cursor }: { cursor?: string }) {
  const { rows, after, order, cut } = byName({ limit: limits.places, cursor })
  const { id, name, name_order, org_unit_id, latitude, longitude } = sites
  const found = await tx
    .select({ id, name, name_order, org_unit_id, latitude, longitude })
    .from(sites)
    .where(and(own(sites), after))
    .orderBy(order)
    .limit(rows)
  const page = cut(found, (place) => place.name_order)
  return { ...page, items: page.items.map(({ name_order: _, ...place }) => place) }
}

export async function getSite({ tx, own }: Scope, id: string) {
  const [found] = await tx
    .select(columns)
    .from(sites)
    .where(and(own(sites), eq(sites.id, id)))
  if (!found) throw notFound('site')
  return shown(found)
}

/** The site, locked until the transaction ends, in the version the caller saw (If-Match). */
async function getSiteToChange(scope: Scope, id: string) {
  const { tx, own } = scope
  await tx
    .select({ id: sites.id })
    .from(sites)
    .where(and(own(sites), eq(sites.id, id)))
    .for('no key update')
  const site = await getSite(scope, id)
  expectVersion(scope, site)
  return site
}

/** Devices and keys are of the unit whose site they name. */
export async function assertSite({ tx, own }: Scope, site_id: string | null | undefined, org_unit_id: string | null | undefined) {
  if (!site_id) return
  const [found] = await tx
    .select({ org_unit_id: sites.org_unit_id })
    .from(sites)
    .where(and(own(sites), eq(sites.id, site_id)))
  if (!found) throw invalid('/site_id', 'names a site that does not exist')
  if (found.org_unit_id !== org_unit_id) throw invalid('/site_id', 'names a site of another organization unit')
}

function assertZone(time_zone: string | null | undefined) {
  if (time_zone && !isTimeZone(time_zone)) throw invalid('/time_zone', 'must be an IANA time zone')
}

export async function createSite(scope: Scope, input: SiteInput) {
  await assertPlace(scope, input.org_unit_id)
  assertPosition(input)
  assertZone(input.time_zone)
  const [site] = await scope.tx.insert(sites).values(scope.owned(input)).returning()
  const after = shown({ site: site!, device_count: 0 })
  await audit(scope, 'sites.create', after.id, { after })
  return after
}

export async function updateSite(scope: Scope, id: string, change: SiteChange) {
  const before = await getSiteToChange(scope, id)
  assertPosition({ ...before, ...change })
  assertZone(change.time_zone)
  const [site] = await scope.tx
    .update(sites)
    .set({ ...change, updated_at: now() })
    .where(and(scope.own(sites), eq(sites.id, id)))
    .returning()
  const after = shown({ site: site!, device_count: before.device_count })
  await audit(scope, 'sites.update', id, { before, after })
  return after
}

/** Only an empty site goes: whatever still refers to it keeps it. */
export async function deleteSite(scope: Scope, id: string) {
  const before = await getSiteToChange(scope, id)
  try {
    await scope.tx.delete(sites).where(and(scope.own(sites), eq(sites.id, id)))
  } catch (error) {
    if (codeOf(error) === '23503') throw new Problem(409, 'not_empty', 'This site still has devices or keys')
    throw error
  }
  await audit(scope, 'sites.delete', id, { before })
}
