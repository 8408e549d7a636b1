import { treaty } from '@elysiajs/eden'
import { eq } from 'drizzle-orm'
import postgres from 'postgres'
import { nowMs } from '../core/clock'
import { limits } from '../core/limits'
import { hashPassword } from '../core/passwords'
import { codeOf, stepAt } from '../core/totp'
import { seal } from '../core/secrets'
import { type ManagementApp, managementApp } from '../management/app'
import type { Role } from '../management/permissions'
import { inManagement, routine, stranger } from '../management/scope'
import { startSession } from '../management/sign-in/sessions'
import { staff } from '../management/staff/schema'
import { password } from './account'
import { watchAnswers } from './answer-laws'

watchAnswers(managementApp, 'openapi-management.json')

/** As the role of the Management process: for what the database must refuse it. */
export const managementRole = postgres(Bun.env.MANAGEMENT_DATABASE_URL!, { max: 2, onnotice: () => {}, fetch_types: false })

const passwordHash = hashPassword(password)
export const authenticator = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

/** A member of staff with `password` and the authenticator above. */
export async function newStaff(role: Role) {
  const id = Bun.randomUUIDv7()
  const person = { id, email: `${id}@platform.example`, name: 'Somebody of the platform', role }
  const factor = { mfa_secret: seal(authenticator, `staff ${id}`), mfa_confirmed_at: new Date() }
  await inManagement(stranger(id), 'read write', async (scope) => {
    routine(scope, 'arranged by a test')
    await scope.tx.insert(staff).values({ ...person, ...factor, password_hash: await passwordHash })
  })
  return person
}

/** A client of the Management API, signed in with this role. */
export async function staffSignedIn(role: Role = 'owner') {
  const person = await newStaff(role)
  const { access_token: token, refresh } = await inManagement(stranger(person.id), 'read write', async (scope) => {
    routine(scope, 'arranged by a test')
    const [who] = await scope.tx.select().from(staff).where(eq(staff.id, person.id))
    return startSession(scope, who!, ['pwd', 'otp', 'mfa'])
  })
  const headers = { authorization: `Bearer ${token}` }
  return {
    ...person,
    token,
    headers,
    cookie: `monozu_staff_refresh=${refresh.token}`,
    api: treaty<ManagementApp>(managementApp, { headers }).api.v1,
  }
}

export type StaffClient = Awaited<ReturnType<typeof staffSignedIn>>

/** What the authenticator shows, so many steps from now. */
export const codeNow = (steps = 0) => codeOf(authenticator, stepAt(nowMs() + steps * limits.mfaStepMs))

export function askManagement(
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
  return managementApp.handle(new Request(`http://localhost${path}`, { method, headers, ...sent }))
}
