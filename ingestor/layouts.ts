import { boundedMap } from './bounded'
import type { Unit } from './examine'
import { type Layout, describeLayout, isKnown } from './layout'
import { limits } from './limits'
import type { Reader } from './reader'
import { Refusal, unfit } from './refusals'

/** How many layouts a tenant has, of these in use, and how many names they hold, as the database last said; and which are on their way into it. */
interface Tenant {
  layouts: number
  inUse: number
  names: number
  claims: Map<string, Layout>
  readAt: number
  reading?: Promise<void>
}

/** Knows layouts by the fields of a record as they were sent, and keeps a tenant from having too many of them. */
export function openLayouts(read: Reader['read'], isSpooling: () => boolean) {
  const bySignature = boundedMap<Layout>(limits.layoutsCacheCharacters, (signature) => signature.length)
  const tenants = boundedMap<Tenant>(limits.layoutTenants)

  /** A name may stand for a number and again for a label behind it, as other protocols have it. Throws a Refusal. */
  function ofTelemetry(tenant_id: string, names: string[], values: unknown[]): { layout: Layout; values: unknown[] } {
    const signature = signatureOf(tenant_id, names, values)
    const known = bySignature.get(signature)
    if (known) return { layout: known, values }
    const layout = describeLayout(tenant_id, names, values)
    bySignature.set(signature, layout)
    return { layout, values }
  }

  function tenantOf(tenant_id: string): Tenant {
    const tenant = tenants.get(tenant_id) ?? {
      layouts: 0,
      inUse: 0,
      names: 0,
      claims: new Map<string, Layout>(),
      readAt: Number.NEGATIVE_INFINITY,
    }
    tenants.set(tenant_id, tenant)
    return tenant
  }

  async function count(tenant_id: string, tenant: Tenant) {
    const text = `select count(*)::int as layouts, (count(*) filter (where kept_until >= now()))::int as "inUse",
      coalesce(sum(cardinality(metrics)), 0)::int as names from telemetry_layout where tenant_id = '${tenant_id}'`
    const [[row] = []] = await read([{ tenant_id, text }])
    Object.assign(tenant, row, { readAt: performance.now() })
  }

  async function lookFor(tenant_id: string, layouts: Layout[]) {
    const text = `select id, date_part('epoch', kept_until) * 1000 as ms from telemetry_layout where tenant_id = '${tenant_id}' and id in (${layouts.map(({ id }) => `'${id}'`).join(', ')})`
    const [rows = []] = await read([{ tenant_id, text }])
    const found = new Map(rows.map(({ id, ms }) => [String(id), Number(ms)]))
    for (const layout of layouts) {
      layout.keptUntil = Math.max(layout.keptUntil, found.get(layout.id) ?? layout.keptUntil)
      layout.lookedForAt = performance.now()
    }
  }

  const isDue = (at: number) => performance.now() - at > limits.layoutsReadAgainMs

  async function ask(tenant_id: string, tenant: Tenant, layouts: Layout[]) {
    if (!layouts.length || isSpooling()) return
    if (isDue(tenant.readAt)) tenant.reading ??= count(tenant_id, tenant).finally(() => (tenant.reading = undefined))
    await Promise.all([lookFor(tenant_id, layouts), tenant.reading]).catch((error: unknown) => {
      if (!isSpooling()) throw error
    })
  }

  /** Which of these layouts the tenant may not add. The others are claimed until `settle`. Other ingestors are seen within a second; while the database is away, once it is back. */
  async function admit(tenant_id: string, layouts: Layout[]): Promise<Set<Layout>> {
    const tenant = tenantOf(tenant_id)
    const isNew = (layout: Layout) => !isKnown(layout) && !tenant.claims.has(layout.id)
    await ask(
      tenant_id,
      tenant,
      layouts.filter((layout) => isNew(layout) && isDue(layout.lookedForAt)),
    )
    let names = tenant.names
    for (const { metrics } of tenant.claims.values()) names += metrics.length
    const room = Math.min(limits.layoutsPerTenant - tenant.layouts, limits.layoutsInUsePerTenant - tenant.inUse)
    const refused = new Set<Layout>()
    for (const layout of layouts) {
      if (!isNew(layout)) continue
      const wanted = names + layout.metrics.length
      if (tenant.claims.size >= room || wanted > limits.layoutNamesPerTenant) refused.add(layout)
      else {
        tenant.claims.set(layout.id, layout)
        names = wanted
      }
    }
    return refused
  }

  /** After COMMIT, or after it failed. One that was kept for long enough by then was not told again, and is kept no longer than before. */
  function settle({ device: { tenant_id }, layouts, latest }: Pick<Unit, 'device' | 'layouts' | 'latest'>, isStored: boolean) {
    const tenant = tenants.get(tenant_id)
    for (const layout of layouts) {
      if (isStored && layout.keptUntil < latest) layout.keptUntil = latest + limits.layoutKeptMs
      if (!tenant?.claims.delete(layout.id) || !isStored) continue
      tenant.layouts += 1
      tenant.inUse += 1
      tenant.names += layout.metrics.length
    }
  }

  function forgetAll() {
    bySignature.clear()
    tenants.clear()
  }

  return { ofTelemetry, admit, settle, forgetAll }
}

export type Layouts = ReturnType<typeof openLayouts>

/** Checks the values on the way. No two lists of allowed fields have the same signature: a name holds no line break, JSON ends where it ends. */
function signatureOf(tenant_id: string, names: string[], values: unknown[]): string {
  const labels: string[] = []
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (typeof value === 'number') {
      if (value - value !== 0) throw new Refusal('number_out_of_range', 'A number is outside of the range of a double')
    } else if (typeof value === 'string') {
      if (labels.push(names[index]!, value) > 2 * limits.labels)
        throw new Refusal('too_many_labels', `A record may have at most ${limits.labels} labels`)
    } else throw unfit('telemetry holds numbers, and short texts as labels')
  }
  return `${tenant_id} ${labels.length ? JSON.stringify(labels) : ''} ${names.length} ${names.join('\n')}`
}
