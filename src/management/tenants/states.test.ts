import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { newTenant, problem } from '../../testing/api'
import { type StaffClient, askManagement, staffSignedIn } from '../../testing/management'
import { owner } from '../../testing/owner'
import { expireLicences } from '../licences/service'
import { type TenantEvent, type TenantState, after, eventsIn, tenantEvents, tenantStates } from '../states'

// What becomes of a tenant, by its state, its licence and what happens: each of them against a table.

describe('each state and event', () => {
  const table: Record<TenantState, Partial<Record<TenantEvent, TenantState>>> = {
    pending: { activate: 'active', offboard: 'offboarding' },
    active: { suspend: 'suspended', offboard: 'offboarding', expire: 'grace' },
    grace: { activate: 'active', suspend: 'suspended', offboard: 'offboarding', lapse: 'suspended' },
    suspended: { resume: 'active', offboard: 'offboarding' },
    offboarding: { keep: 'suspended', erase: 'deleted' },
    deleted: {},
  }
  test.each(tenantStates.flatMap((state) => tenantEvents.map((name) => [state, name] as const)))('%s, %s', (state, name) => {
    expect(after(state, name)).toBe(table[state][name] as never)
    expect(eventsIn(state).includes(name)).toBe(name in table[state])
  })
})

const licences = ['none', 'holds', 'in grace', 'over'] as const
type LicenceState = (typeof licences)[number]
/** `pass`: time goes by, and the chore looks at it as often as it does. */
const events = ['give', 'activate', 'suspend', 'resume', 'offboard', 'keep', 'pass'] as const
type Event = (typeof events)[number]

const refused = 'refused_in_state'
const required = 'licence_required'
const all = (told: string): Record<LicenceState, string> => ({ none: told, holds: told, 'in grace': told, over: told })
/** The state afterwards, or the word of a refusal. */
const table: Record<TenantState, Record<Event, Record<LicenceState, string>>> = {
  pending: {
    give: all('pending'),
    activate: { none: required, holds: 'active', 'in grace': 'grace', over: required },
    suspend: all(refused),
    resume: all(refused),
    offboard: all('offboarding'),
    keep: all(refused),
    pass: all('pending'),
  },
  active: {
    give: all('active'),
    activate: all(refused),
    suspend: all('suspended'),
    resume: all(refused),
    offboard: all('offboarding'),
    keep: all(refused),
    pass: { none: 'active', holds: 'active', 'in grace': 'grace', over: 'suspended' },
  },
  grace: {
    give: all('active'),
    activate: { none: required, holds: 'active', 'in grace': required, over: required },
    suspend: all('suspended'),
    resume: all(refused),
    offboard: all('offboarding'),
    keep: all(refused),
    pass: { none: 'grace', holds: 'grace', 'in grace': 'grace', over: 'suspended' },
  },
  suspended: {
    give: all('suspended'),
    activate: all(refused),
    suspend: all(refused),
    resume: { none: required, holds: 'active', 'in grace': 'grace', over: required },
    offboard: all('offboarding'),
    keep: all(refused),
    pass: all('suspended'),
  },
  offboarding: {
    give: all(refused),
    activate: all(refused),
    suspend: all(refused),
    resume: all(refused),
    offboard: all(refused),
    keep: all('suspended'),
    pass: all('offboarding'),
  },
  deleted: {
    give: all(refused),
    activate: all(refused),
    suspend: all(refused),
    resume: all(refused),
    offboard: all(refused),
    keep: all(refused),
    pass: all('deleted'),
  },
}

describe('each state, licence and event', () => {
  let staff: StaffClient
  let plan_id: string
  beforeAll(async () => {
    staff = await staffSignedIn('owner')
    const terms = { features: [], max_users: null, max_devices: null, grace_days: 14 }
    plan_id = (await staff.api.plans.post({ name: `Standard ${Bun.randomUUIDv7()}`, ...terms })).data!.id
  })
  afterEach(() => moveClock(0))
  // What is left here would be told to the Cloud by other files.
  afterAll(async () => void (await owner`update management.delivery set state = 'failed' where state = 'queued'`))

  /** Days from now at which each has run out; a licence of each has 14 days of grace. */
  const ends: Record<Exclude<LicenceState, 'none'>, number> = { holds: 30, 'in grace': -1, over: -15 }

  async function tenantIn(state: TenantState, licence: LicenceState) {
    const id = await newTenant()
    await owner`update management.tenant set state = ${state} where id = ${id}`
    if (licence !== 'none')
      await owner`insert into management.licence (id, tenant_id, plan, features, grace_days, expires_at, given_by, reason)
        values (${Bun.randomUUIDv7()}, ${id}, 'Some', '{}', 14, now() + ${ends[licence]} * interval '1 day', ${staff.id}, 'arranged by a test')`
    return id
  }

  const ask = (path: string, body: object) => askManagement('POST', `/api/v1/tenants/${path}`, { headers: staff.headers, body })
  const reason = 'as was agreed'
  const happen: Record<Event, (id: string) => Promise<Response | void>> = {
    give: (id) => ask(`${id}/licences`, { plan_id, expires_at: null, reason }),
    activate: (id) => ask(`${id}/events`, { event: 'activate', reason }),
    suspend: (id) => ask(`${id}/events`, { event: 'suspend', reason }),
    resume: (id) => ask(`${id}/events`, { event: 'resume', reason }),
    offboard: (id) => ask(`${id}/offboarding`, { name: 'Test', reason }),
    keep: (id) => ask(`${id}/offboarding/cancel`, { reason }),
    pass: async () => {
      for (let round = 0; round < 3; round += 1) await expireLicences()
    },
  }

  const rows = tenantStates.flatMap((state) => licences.flatMap((licence) => events.map((event) => [state, licence, event] as const)))
  test.each(rows)('%s, licence %s: %s', async (state, licence, event) => {
    const id = await tenantIn(state, licence)
    const reply = await happen[event](id)
    const word = reply && !reply.ok ? (await problem(reply)).error : undefined
    const becomes = (await staff.api.tenants({ id }).get()).data!.state
    expect(word ?? becomes).toBe(table[state][event][licence])
    if (word) expect(becomes).toBe(state)
  })
})
