import { integer, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../core/table'
import { staff } from '../staff/schema'
import { management, stamps } from '../table'

const ofStaff = () =>
  uuid()
    .notNull()
    .references(() => staff.id)

/** A signed-in browser. Refresh tokens are derived from it and its generation: none is kept. */
export const staffSessions = management.table('staff_session', {
  ...stamps('staff_session'),
  staff_id: ofStaff(),
  generation: integer().notNull().default(1),
  rotated_at: instant().notNull(),
  grace_uses: integer().notNull().default(0),
  expires_at: instant().notNull(),
  ended_at: instant(),
  end_reason: text({ enum: ['signed_out', 'idle', 'reused', 'disabled', 'role_changed', 'password_changed', 'factor_changed', 'revoked'] }),
  amr: text().array().notNull(),
  address: text(),
  user_agent: text(),
})

/** A sign-in whose password was right, and that waits for its second factor or for one to be set up. */
export const staffChallenges = management.table('staff_challenge', {
  ...stamps('staff_challenge'),
  hash: text().notNull(),
  staff_id: ofStaff(),
  purpose: text({ enum: ['verify', 'enrol'] }).notNull(),
  tries: integer().notNull().default(0),
  expires_at: instant().notNull(),
})
