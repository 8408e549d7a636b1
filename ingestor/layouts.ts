import { boundedMap } from './bounded'
import { type Layout, describeLayout } from './layout'
import { limits } from './limits'
import type { Reader } from './reader'
import { Refusal, unfit } from './refusals'

/** What is known of the layouts of one tenant, and which are on their way into the database. */
interface Tenant {
  ids: Set<string>
  claims: Set<string>
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
    const tenant = tenants.get(tenant_id) ?? { ids: new Set<string>(), claims: new Set<string>(), readAt: Number.NEGATIVE_INFINITY }
    tenants.set(tenant_id, tenant)
    return tenant
  }

  async function refresh(tenant_id: string, tenant: Tenant) {
    const text = `select id from telemetry_layout where tenant_id = '${tenant_id}' limit ${limits.layoutsPerTenant + 1}`
    const [rows = []] = await read([{ tenant_id, text }])
    tenant.ids = new Set(rows.map(({ id }) => String(id)))
    tenant.readAt = performance.now()
  }

  /** Which of these layouts the tenant may not add. The others are claimed until `settle`. Other ingestors are seen within a second; while the database is away, once it is back. */
  async function admit(tenant_id: string, layouts: Layout[]): Promise<Set<Layout>> {
    const tenant = tenantOf(tenant_id)
    if (performance.now() - tenant.readAt > limits.layoutsReadAgainMs && !isSpooling()) {
      tenant.reading ??= refresh(tenant_id, tenant).finally(() => (tenant.reading = undefined))
      await tenant.reading.catch((error: unknown) => {
        if (!isSpooling()) throw error
      })
    }
    const refused = new Set<Layout>()
    for (const layout of layouts) {
      layout.stored ||= tenant.ids.has(layout.id)
      if (layout.stored || tenant.claims.has(layout.id)) continue
      if (tenant.ids.size + tenant.claims.size >= limits.layoutsPerTenant) refused.add(layout)
      else tenant.claims.add(layout.id)
    }
    return refused
  }

  /** After COMMIT, or after it failed. */
  function settle(tenant_id: string, layouts: Layout[], isStored: boolean) {
    const tenant = tenants.get(tenant_id)
    for (const layout of layouts) {
      layout.stored ||= isStored
      tenant?.claims.delete(layout.id)
      if (isStored) tenant?.ids.add(layout.id)
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
