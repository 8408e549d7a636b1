import { and, eq, gt, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { now, nowMs } from '../../core/clock'
import { Problem } from '../../core/errors'
import { takePlace } from '../../core/export'
import { enqueue } from '../../core/jobs'
import { limits } from '../../core/limits'
import { type Call, type Scope, bareUser, inTenant, jobActor } from '../../core/scope'
import { mintCredential, readCredential } from '../../core/secrets'
import { tellManagement } from '../../core/tell-management'
import { lastCheckpoint } from '../audit-log/chain'
import type { Language } from '../mail/schema'
import { linkTo, queueMail } from '../mail/service'
import { tenants } from '../tenants/schema'
import { makeSlice } from './archive'
import { archiveLinks, archivePieces, archives } from './schema'

type Status = (typeof tenants.$inferSelect)['status']

/** What a change of state brings about: a tenant that leaves gets its data, one that stays keeps no copy of it, one that is deleted is emptied. */
export async function followStatus(scope: Scope, from: Status, to: Status) {
  const { tx, own, owned, actor } = scope
  if (to === 'offboarding') {
    const [made] = await tx.insert(archives).values(owned({})).onConflictDoNothing().returning()
    if (!made) return
    await audit(scope, 'archives.create', made.id)
    await enqueue(scope, 'offboarding.archive', {}, 'archive')
  }
  if (to === 'deleted') await enqueue(scope, 'offboarding.erase', {}, 'erase')
  if (from === 'offboarding' && to !== 'deleted') {
    const [gone] = await tx.delete(archives).where(own(archives)).returning({ id: archives.id })
    if (gone) await audit(scope, 'archives.delete', gone.id, { before: { tenant_id: actor.tenant_id } })
  }
}

interface Administrator extends Record<string, unknown> {
  user_id: string
  email: string
  language: Language | null
}

/** Who may everything in the whole tenant. */
const administratorsOf = ({ tx, actor: { tenant_id } }: Scope) =>
  tx.execute<Administrator>(sql`
    select u.id as user_id, u.email,
      (select i.language from invitation i where i.tenant_id = ${tenant_id} and lower(i.email) = lower(u.email) order by i.id desc limit 1) as language
    from membership m join app_user u on u.id = m.user_id
    where m.tenant_id = ${tenant_id} and not m.disabled and m.whole_tenant and exists (
      select from membership_group mg join access_group g on g.tenant_id = mg.tenant_id and g.id = mg.group_id
      where mg.tenant_id = m.tenant_id and mg.tenant_id = ${tenant_id} and mg.membership_id = m.id and '*' = any(g.permissions))
    order by u.id`)

/** A link for each administrator by mail; nobody else ever holds one. */
async function mailLinks(scope: Scope, archive_id: string) {
  const { tx, owned, actor } = scope
  const [tenant] = await tx.select({ name: tenants.name }).from(tenants).where(eq(tenants.id, actor.tenant_id))
  const administrators = await administratorsOf(scope)
  for (const { user_id, email, language } of administrators) {
    const id = Bun.randomUUIDv7()
    const { text, hash } = mintCredential('mza', actor.tenant_id, id)
    const expires_at = new Date(nowMs() + limits.archiveLinkMs)
    await tx.insert(archiveLinks).values(owned({ id, archive_id, hash, user_id, expires_at }))
    await queueMail(scope, { kind: 'archive', to: email, language: language ?? 'en', link: linkTo('archive', text), tenant: tenant?.name })
  }
  await audit(scope, 'archives.mail', archive_id, { after: { recipients: administrators.map(({ user_id }) => user_id) } })
  await tellManagement(scope, 'archives.mail', archive_id, { recipients: administrators.length })
}

/** Goes on making the archive; what was done is kept, and the rest left to the next job, so that a process may end at any moment. */
export async function makeArchive(scope: Scope) {
  const { tx, own } = scope
  routine(scope, 'who asked for it was recorded; its end is below')
  const [archive] = await tx.select().from(archives).where(own(archives)).for('update', { skipLocked: true })
  if (archive?.state !== 'making') return
  if (!(await makeSlice(scope, archive))) return enqueue(scope, 'offboarding.archive', {}, 'archive')
  await audit(scope, 'archives.complete', archive.id)
  await tellManagement(scope, 'archives.complete', archive.id)
  await mailLinks(scope, archive.id)
}

/** Staff ask for new links, as the first were lost or are too old; they go where the first went. */
export async function renewLinks(scope: Scope) {
  const { tx, own } = scope
  const [archive] = await tx.select().from(archives).where(own(archives)).for('update')
  if (archive?.state !== 'ready') return routine(scope, 'there is nothing to link to yet')
  await tx.delete(archiveLinks).where(own(archiveLinks))
  await mailLinks(scope, archive.id)
}

const linkEnded = () => new Problem(422, 'link_ended', 'This link no longer holds')

async function findLink({ tx, own }: Scope, { id, hash }: { id: string; hash: string }) {
  const [found] = await tx
    .select({ link: archiveLinks, archive: archives, tenant: tenants.name })
    .from(archiveLinks)
    .innerJoin(archives, and(own(archives), eq(archives.id, archiveLinks.archive_id), eq(archives.state, 'ready')))
    .innerJoin(tenants, and(eq(tenants.id, archiveLinks.tenant_id), eq(tenants.status, 'offboarding')))
    .where(and(own(archiveLinks), eq(archiveLinks.id, id), eq(archiveLinks.hash, hash), gt(archiveLinks.expires_at, now())))
  if (!found) throw linkEnded()
  return found
}

/** What a link opens; 422 `link_ended` for one that does not hold. */
export async function describeArchive(token: string) {
  const link = readCredential('mza', token)
  if (!link) throw linkEnded()
  const found = await inTenant(jobActor(link.tenant_id), 'read only', (scope) => findLink(scope, link))
  const { bytes, rows, tables, ready_at } = found.archive
  return { tenant: found.tenant, bytes, rows, tables, ready_at: ready_at!, expires_at: found.link.expires_at }
}

/** One piece in memory at a time; each is read when the reader has taken the one before. */
export async function downloadArchive(token: unknown, call: Call) {
  const link = typeof token === 'string' ? readCredential('mza', token) : undefined
  if (!link) throw linkEnded()
  const { tenant_id } = link
  const found = await inTenant(jobActor(tenant_id), 'read only', (scope) => findLink(scope, link))
  const leave = takePlace(tenant_id)
  try {
    await inTenant(bareUser(tenant_id, found.link.user_id), 'read write', (scope) => noteDownload(scope, found.link), call)
    return { ...found.archive, ...streamPieces(found.archive, leave) }
  } catch (error) {
    leave()
    throw error
  }
}

/** On the record of the tenant, and on that of the platform. */
async function noteDownload(scope: Scope, { id, archive_id }: { id: string; archive_id: string }) {
  const { tx, own } = scope
  await tx
    .update(archiveLinks)
    .set({ downloads: sql`${archiveLinks.downloads} + 1`, downloaded_at: now() })
    .where(and(own(archiveLinks), eq(archiveLinks.id, id)))
  await audit(scope, 'archives.download', archive_id)
  await tellManagement(scope, 'archives.download', archive_id)
}

function streamPieces({ id, tenant_id, pieces }: typeof archives.$inferSelect, leave: () => void) {
  let seq = 0
  const read = () =>
    inTenant(jobActor(tenant_id), 'read only', async ({ tx, own }) => {
      const mine = and(own(archivePieces), eq(archivePieces.archive_id, id), eq(archivePieces.seq, seq))
      const [piece] = await tx.select({ content: archivePieces.content }).from(archivePieces).where(mine)
      return piece?.content
    })
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(stream) {
        const content = seq < pieces ? await read().catch(() => undefined) : undefined
        if (content) stream.enqueue(content)
        else {
          leave()
          // A stream that breaks off has no last chunk, so that half an archive is not taken for a whole.
          if (seq < pieces) stream.error(new Error('the download broke off'))
          else stream.close()
        }
        seq += 1
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  )
  return { body }
}

/** Removes the rows of a tenant that was deleted, and whatever comes after them; what remains is its id and that it is gone. The proof goes to the platform's record. */
export async function eraseTenant(scope: Scope) {
  routine(scope, 'its record would be a row of a tenant that has none: it is kept by the Management plane')
  const { tx, actor, signals } = scope
  const [tenant] = await tx.select({ status: tenants.status }).from(tenants).where(eq(tenants.id, actor.tenant_id)).for('update')
  if (tenant?.status !== 'deleted') return
  const checkpoint = JSON.stringify(await lastCheckpoint(scope))
  const [erased] = await tx.execute<{ rows: number }>(sql`select erase_tenant(${limits.eraseRows}, ${checkpoint}::text::jsonb) as rows`)
  for (const topic of ['sessions', 'devices', 'licences'] as const) signals.push({ topic, key: actor.tenant_id })
  if (erased!.rows >= limits.eraseRows) return enqueue(scope, 'offboarding.erase', {}, 'erase')
  await tx.execute(sql`select erasure_done(${Bun.randomUUIDv7()}::uuid, ${now().toISOString()}::timestamptz)`)
}
