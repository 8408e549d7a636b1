import { and, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import { now, nowMs } from '../../core/clock'
import { describe } from '../../core/errors'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { callingOut, traceparent } from '../../core/spans'
import { config } from '../config'
import { tenantLicences } from '../licences/schema'
import { inManagement, plane, routine } from '../scope'
import { managedTenants } from '../tenants/schema'
import { type Page, type Told, toPage } from './answer'
import { healthOf } from './health'
import { cloudContacts, tenantDays, tenantUsages } from './schema'

const one = 1
export const daysShown = 30
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

const write = <T>(work: Parameters<typeof inManagement<T>>[2]) =>
  inManagement(plane, 'read write', (scope) => {
    routine(scope, 'numbers that the Cloud tells decide nothing')
    return work(scope)
  })

/** Asks the Cloud for the numbers of all tenants, page by page. Where it is away, what was known stays, and since when is told. */
export async function pullUsage(): Promise<void> {
  const [contact] = await inManagement(plane, 'read only', ({ tx }) => tx.select().from(cloudContacts))
  // The day of the last contact, and the one before it, may have grown since.
  const since = dayOf(contact?.reached_at ? contact.reached_at.getTime() - 86_400_000 : nowMs() - daysShown * 86_400_000)
  let cursor: string | null = null
  do {
    const page: Page | string = await ask(since, cursor)
    if (typeof page === 'string') return note({ error: page })
    await keep(page)
    cursor = page.next_cursor
    if (!cursor) await note({ error: null, version: page.version, reached_at: page.as_of })
  } while (cursor)
}

/** By whichever process comes first, once a minute; sooner where the Cloud did not answer. */
export async function pullUsageWhenDue(): Promise<void> {
  const at = now()
  const isMine = await write(async ({ tx }) => {
    await tx.insert(cloudContacts).values({ id: one }).onConflictDoNothing()
    const triedBefore = (ms: number) => lt(cloudContacts.tried_at, new Date(at.getTime() - ms))
    const failed = and(isNotNull(cloudContacts.error), triedBefore(limits.usageRetryMs))
    const due = or(isNull(cloudContacts.tried_at), triedBefore(limits.usageMs), failed)
    const claimed = await tx
      .update(cloudContacts)
      .set({ tried_at: at })
      .where(and(eq(cloudContacts.id, one), due))
      .returning()
    return claimed.length > 0
  })
  if (isMine) await pullUsage()
}

const note = (change: Partial<typeof cloudContacts.$inferInsert>) =>
  write(async ({ tx }) => {
    const said = { ...change, tried_at: now() }
    await tx
      .insert(cloudContacts)
      .values({ id: one, ...said })
      .onConflictDoUpdate({ target: cloudContacts.id, set: said })
  })

/** Why not, in a word, where there is no page. */
async function ask(since: string, cursor: string | null): Promise<Page | 'away' | 'refused' | 'unreadable'> {
  const query = new URLSearchParams({ since, ...(cursor && { cursor }) })
  try {
    const reply = await callingOut('cloud', () =>
      fetch(`${config.CLOUD_URL}/internal/v1/usage?${query.toString()}`, {
        headers: { 'x-internal-token': config.INTERNAL_TOKEN[0] ?? '', ...traceparent() },
        redirect: 'manual',
        signal: AbortSignal.timeout(limits.usageAnswerMs),
      }),
    )
    if (reply.status >= 500) return 'away'
    if (!reply.ok) return 'refused'
    return toPage(await reply.json().catch(() => undefined)) ?? 'unreadable'
  } catch (error) {
    log.warn({ error: describe(error) }, 'the Cloud cannot be reached; what it told last is shown')
    return 'away'
  }
}

/** Tenants that are not known here are left out. */
const keep = ({ items, as_of }: Page) =>
  write(async ({ tx }) => {
    const ids = items.map(({ tenant_id }) => tenant_id)
    const known = ids.length
      ? await tx
          .select({ tenant: managedTenants, licence: tenantLicences })
          .from(managedTenants)
          .leftJoin(tenantLicences, and(eq(tenantLicences.tenant_id, managedTenants.id), isNull(tenantLicences.ended_at)))
          .where(inArray(managedTenants.id, ids))
          .orderBy(managedTenants.id)
      : []
    if (!known.length) return
    const told = new Map(items.map((item) => [item.tenant_id, item]))
    const usages = known.map(({ tenant, licence }) => {
      const { days, ...figures } = told.get(tenant.id)!
      const today = days.find(({ day }) => day === dayOf(as_of.getTime()))
      return { ...figures, as_of, values_recent: recentOf(days, as_of), ...healthOf(tenant.state, { ...figures, today }, licence) }
    })
    await tx
      .insert(tenantUsages)
      .values(usages)
      .onConflictDoUpdate({ target: tenantUsages.tenant_id, set: asTold(tenantUsages) })
    const days = usages.flatMap(({ tenant_id }) => told.get(tenant_id)!.days.map((day) => ({ tenant_id, ...day })))
    for (let start = 0; start < days.length; start += limits.usageRows)
      await tx
        .insert(tenantDays)
        .values(days.slice(start, start + limits.usageRows))
        .onConflictDoUpdate({ target: [tenantDays.tenant_id, tenantDays.day], set: asTold(tenantDays) })
  })

const recentOf = (days: Told['days'], as_of: Date) =>
  days.filter(({ day }) => day >= dayOf(as_of.getTime() - 86_400_000)).reduce((sum, { values }) => sum + values, 0)

/** Every column as the row that could not be inserted has it. */
const asTold = (table: typeof tenantUsages | typeof tenantDays) =>
  Object.fromEntries(
    Object.keys(table)
      .filter((name) => !['tenant_id', 'day', 'enableRLS'].includes(name))
      .map((name) => [name, sql.raw(`excluded."${name}"`)]),
  )
