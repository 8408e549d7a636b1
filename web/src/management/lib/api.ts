import { treaty } from '@elysiajs/eden'
import type { ManagementApp } from '../../../../src/management/app'
import { type AnswerOf, answer } from '@/lib/answers'
import { authorized } from '@/lib/authorized'
import { beginSession, leaveSession } from '@/lib/session'

const bare = treaty<ManagementApp>(location.origin, { parseDate: false }).api.v1
const refresh = () => bare.auth.refresh.post({})

/** Staff are in no tenant. */
const read = ({ staff, ...session }: AnswerOf<typeof refresh>) => ({ ...session, user: staff, tenant: null })

export const beginStaffSession = (session: AnswerOf<typeof refresh>) => beginSession(read(session))

const { renewSession, calls } = authorized(refresh, read)
export { renewSession }

/** The Management API. */
export const api = treaty<ManagementApp>(location.origin, calls).api.v1

export const signOut = () => leaveSession(() => api.auth.logout.post({}))

export const endIdleSession = () => answer(bare.auth.logout.post({ idle: true }))
