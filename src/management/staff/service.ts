import { and, desc, eq, gt, isNull, ne, sql } from 'drizzle-orm'
import { now, nowMs } from '../../core/clock'
import { assertGoodPassword } from '../../core/breached-passwords'
import { Problem, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { deliver, html } from '../../core/mail'
import { assertPasswordsAllowed, hashPassword } from '../../core/passwords'
import { type Call, expectVersion, nobody } from '../../core/scope'
import { mintCredential, readCredential } from '../../core/secrets'
import { config } from '../config'
import type { Role } from '../permissions'
import { type StaffScope, audit, inManagement, plane, routine, stranger } from '../scope'
import { endSessionsOf } from '../sign-in/sessions'
import { staff, staffInvitations } from './schema'

type Staff = typeof staff.$inferSelect
type Invitation = typeof staffInvitations.$inferSelect

const told = ({ id, email, name, role, disabled, mfa_confirmed_at, subject, last_sign_in_at, created_at, updated_at, version }: Staff) => ({
  id,
  email,
  name,
  role,
  disabled,
  last_sign_in_at,
  created_at,
  updated_at,
  version,
  mfa: mfa_confirmed_at !== null,
  microsoft: subject !== null,
})

const invitationEnded = () =>
  new Problem(422, 'invitation_ended', 'This invitation has been used, is too old, or was taken back', {
    errors: [{ path: '/token', message: 'no longer holds' }],
  })

export async function listStaff({ tx }: StaffScope) {
  const items = await tx.select().from(staff).orderBy(staff.email)
  return { items: items.map(told) }
}

const isPending = () =>
  and(isNull(staffInvitations.accepted_at), isNull(staffInvitations.revoked_at), gt(staffInvitations.expires_at, now()))

export async function listInvitations({ tx }: StaffScope) {
  return { items: await tx.select().from(staffInvitations).where(isPending()).orderBy(desc(staffInvitations.id)) }
}

async function mail({ id, email }: Invitation, link: string) {
  const sentence = 'You are invited to the staff of this Monozu Cloud platform. The link works once, within 7 days.'
  const { outcome } = await deliver({
    id,
    to: email,
    subject: 'Invitation to the platform staff',
    text: [sentence, link, 'Monozu Cloud'].join('\n\n'),
    html: html`<!doctype html>
      <html lang="en">
        <body>
          <p>${sentence}</p>
          <p><a href="${link}">${link}</a></p>
          <p>Monozu Cloud</p>
        </body>
      </html>`,
  })
  return outcome === 'sent'
}

/** Its link is told to who invites, this once: where no mail goes out, it is handed over in person. 409 `already_exists`. */
export async function inviteStaff(scope: StaffScope, { email, role }: { email: string; role: Role }) {
  const { tx, actor } = scope
  const [known] = await tx
    .select({ id: staff.id })
    .from(staff)
    .where(sql`lower(${staff.email}) = lower(${email})`)
  if (known) throw new Problem(409, 'already_exists', 'This address belongs to a member of staff')
  await tx
    .update(staffInvitations)
    .set({ revoked_at: now() })
    .where(and(sql`lower(${staffInvitations.email}) = lower(${email})`, isPending()))
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzi', nobody, id)
  const expires_at = new Date(nowMs() + limits.invitationMs)
  const [made] = await tx.insert(staffInvitations).values({ id, email, role, hash, invited_by: actor.id, expires_at }).returning()
  await audit(scope, 'staff.invite', id, { after: made })
  return { invitation: made!, link: `${config.APP_BASE_URL}/accept-invitation?token=${text}` }
}

/** After the commit: the mail server is not waited for within a transaction. */
export async function mailInvitation({ invitation, link }: Awaited<ReturnType<typeof inviteStaff>>) {
  return { ...invitation, link, mailed: await mail(invitation, link) }
}

export async function revokeInvitation(scope: StaffScope, id: string) {
  const [before] = await scope.tx
    .update(staffInvitations)
    .set({ revoked_at: now() })
    .where(and(eq(staffInvitations.id, id), isPending()))
    .returning()
  if (!before) throw notFound('invitation')
  await audit(scope, 'staff.revoke_invitation', id, { before })
}

async function join(scope: StaffScope, invitation: Invitation | undefined, person: Partial<Staff> & { name: string }) {
  if (!invitation) return undefined
  const { tx } = scope
  await tx.update(staffInvitations).set({ accepted_at: now() }).where(eq(staffInvitations.id, invitation.id))
  const [made] = await tx
    .insert(staff)
    .values({ ...person, email: invitation.email, role: invitation.role })
    .returning()
  await audit({ ...scope, actor: stranger(made!.id) }, 'staff.join', made!.id, { after: told(made!) })
  routine(scope, 'recorded as done by who accepted')
  return made!
}

/** With a password; the second factor is set up at the first sign-in. */
export async function acceptInvitation({ token, name, password }: { token: string; name: string; password: string }, call: Call) {
  assertPasswordsAllowed()
  const credential = readCredential('mzi', token)
  if (!credential) throw invitationEnded()
  const mine = () => and(eq(staffInvitations.id, credential.id), eq(staffInvitations.hash, credential.hash), isPending())
  const [found] = await inManagement(stranger(), 'read only', ({ tx }) => tx.select().from(staffInvitations).where(mine()))
  if (!found) throw invitationEnded()
  await assertGoodPassword(password, found.email, '/password')
  const password_hash = await hashPassword(password)
  await inManagement(
    stranger(),
    'read write',
    async (scope) => {
      const [invitation] = await scope.tx.select().from(staffInvitations).where(mine()).for('update')
      if (!(await join(scope, invitation, { name, password_hash }))) throw invitationEnded()
    },
    call,
  )
  return { email: found.email }
}

/** Somebody whom the directory names by an address that is invited. */
export async function joinAsInvited(
  scope: StaffScope,
  { email, ...person }: { email: string; name: string; directory: string; subject: string },
) {
  const [invitation] = await scope.tx
    .select()
    .from(staffInvitations)
    .where(and(sql`lower(${staffInvitations.email}) = lower(${email})`, isPending()))
    .for('update')
  return join(scope, invitation, person)
}

async function getToChange({ tx, actor }: StaffScope, id: string) {
  // One at a time, so that two owners do not take the role from each other.
  await tx.execute(sql`select pg_advisory_xact_lock(6206802)`)
  const [before] = await tx.select().from(staff).where(eq(staff.id, id)).for('update')
  if (!before) throw notFound('member of staff')
  if (id === actor.id) throw new Problem(409, 'yourself', 'Nobody changes his own role or access: ask another owner')
  return before
}

/** 409 `last_owner` where nobody would be left who may everything. Sessions end, as they rest on what was. */
export async function updateStaff(scope: StaffScope, id: string, change: { role?: Role; disabled?: boolean; name?: string }) {
  const { tx } = scope
  const before = await getToChange(scope, id)
  expectVersion(scope, before)
  const [after] = await tx
    .update(staff)
    .set({ ...change, updated_at: now() })
    .where(eq(staff.id, id))
    .returning()
  const [owners] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(staff)
    .where(and(eq(staff.role, 'owner'), eq(staff.disabled, false)))
  if (!owners?.count) throw new Problem(409, 'last_owner', 'There must be an owner who can sign in')
  if (after!.disabled) await endSessionsOf(scope, id, 'disabled')
  else if (after!.role !== before.role) await endSessionsOf(scope, id, 'role_changed')
  await audit(scope, 'staff.update', id, { before: told(before), after: told(after!) })
  return told(after!)
}

/** For who lost his authenticator: the next sign-in sets a new one up. */
export async function resetFactor(scope: StaffScope, id: string) {
  const before = await getToChange(scope, id)
  await scope.tx
    .update(staff)
    .set({
      mfa_secret: null,
      mfa_confirmed_at: null,
      mfa_last_step: 0,
      recovery_hashes: [],
      mfa_pending_secret: null,
      mfa_pending_at: null,
    })
    .where(and(eq(staff.id, id), ne(staff.id, scope.actor.id)))
  await endSessionsOf(scope, id, 'disabled')
  await audit(scope, 'staff.reset_factor', id, { before: told(before) })
}

/** The first owner, by who holds the machine. Undefined where there is an owner already. */
export async function bootstrapOwner({ email, name, password }: { email: string; name: string; password: string }) {
  const password_hash = await hashPassword(password)
  return inManagement(plane, 'read write', async (scope) => {
    const { tx } = scope
    await tx.execute(sql`select pg_advisory_xact_lock(6206802)`)
    const [owner] = await tx
      .select({ id: staff.id })
      .from(staff)
      .where(and(eq(staff.role, 'owner'), eq(staff.disabled, false)))
      .limit(1)
    if (owner) return routine(scope, 'there is an owner')
    const [made] = await tx.insert(staff).values({ email, name, role: 'owner', password_hash }).returning()
    await audit(scope, 'staff.bootstrap', made!.id, { after: told(made!) })
    return told(made!)
  })
}
