import { type SQL, eq } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { nowMs } from './clock'
import { type Tx, transaction } from './db'
import { Problem } from './errors'
import { type LiveEvent, recordEvents } from './live-log'
import { log } from './log'
import type { Permission } from './permissions'
import { type Signal, hearAtOnce, sendSignals } from './signals'
import { note } from './spans'
import type { Support } from './support'

export interface Actor {
  kind: 'user' | 'api_token' | 'device' | 'job' | 'webhook' | 'staff'
  id: string
  /** In whose name an API token acts: a user or a service account. */
  owner_id?: string
  tenant_id: string
  /** The units this actor sees, subtrees expanded; 'all' for the whole tenant. */
  units: 'all' | readonly string[]
  permissions: ReadonlySet<Permission>
  /** Of platform staff: by what they are here. */
  support?: Support
}

/** The user or service account behind an actor: what a rule about the caller himself is held against. */
export const personOf = ({ id, owner_id }: Actor) => owner_id ?? id

/** Where a call came from: what an audit row and a retried request need to know of it. */
export interface Call {
  request_id?: string
  address?: string
  /** What a browser shows that signed in before (a cookie). */
  device?: string
  /** The version the caller last saw (If-Match). */
  ifMatch?: string
}

/** All that a service may touch: one transaction, in one tenant, for one actor. */
export interface Scope {
  tx: Tx
  actor: Actor
  call: Call
  /** `tenant_id = $1`: the road. Row-level security is the wall. */
  own: (table: { tenant_id: AnyPgColumn }) => SQL
  /** The row, stamped with the tenant. */
  owned: <R extends object>(row: R) => R & { tenant_id: string }
  audited: boolean
  /** Leave with the commit; on rollback none of them happened. */
  events: LiveEvent[]
  signals: Signal[]
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
export const isId = (text: string) => uuid.test(text)
const literal = (id: string) => {
  if (!isId(id)) throw new Problem(500, 'internal', 'A tenant or unit id is not a UUID')
  return id
}

/** SET LOCAL takes no parameters, and unlike set_config() it travels to Citus workers: hence literals, checked first. */
function opening({ tenant_id, units }: Actor, readOnly: boolean) {
  const seen = units === 'all' ? 'all' : `{${units.map(literal).join(',')}}`
  return `begin ${readOnly ? 'read only' : 'read write'};set local app.tenant_id='${literal(tenant_id)}';set local app.units='${seen}'`
}

const slowMs = 500

export type AccessMode = 'read only' | 'read write'

/** Runs `work` as one transaction of this actor. A write that was not audited, or was not declared routine, is rolled back. */
export function inTenant<T>(actor: Actor, accessMode: AccessMode, work: (scope: Scope) => Promise<T>, call: Call = {}): Promise<T> {
  const readOnly = accessMode === 'read only'
  const signals: Signal[] = []
  const began = performance.now()
  const done = transaction(opening(actor, readOnly), readOnly, async (tx) => {
    note({ 'monozu.tenant_id': actor.tenant_id, 'monozu.actor': actor.kind })
    const scope: Scope = {
      tx,
      actor,
      call,
      own: (table) => eq(table.tenant_id, actor.tenant_id),
      owned: (row) => ({ ...row, tenant_id: actor.tenant_id }),
      audited: readOnly,
      events: [],
      signals,
    }
    const result = await work(scope)
    if (!scope.audited) throw new Error('a write must call audit() or routine(): it is rolled back')
    if (scope.events.length) await recordEvents(scope)
    if (signals.length) await sendSignals(scope)
    const ms = Math.round(performance.now() - began)
    if (ms >= slowMs) log.warn({ request_id: call.request_id, actor: actor.kind, tenant_id: actor.tenant_id, ms }, 'a slow transaction')
    return result
  })
  return readOnly ? done : done.then((result) => (hearAtOnce(signals), result))
}

/** For the few questions that come before a tenant is known, all of them functions in harden.sql: row-level security shows nothing else here. */
export const beforeTenant = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => transaction('begin read only', true, work)

/** Nobody, and as a tenant that of nobody: where the platform keeps what comes before a tenant is known. */
export const nobody = '00000000-0000-0000-0000-000000000000'

/** A user who is not signed in yet, or of whom not even that is known who he is: seen by the audit log, allowed nothing. A new object each time. */
export const bareUser = (tenant_id: string, id = nobody): Actor => ({ kind: 'user', id, tenant_id, units: 'all', permissions: new Set() })

/** The platform itself, at work in one tenant: background jobs and the checks that come before an actor is known. */
export const jobActor = (tenant_id: string): Actor => ({ kind: 'job', id: tenant_id, tenant_id, units: 'all', permissions: new Set() })

/** Refuses a change based on a version that is no longer the current one (If-Match, RFC 9110 section 13.1.1). */
export function expectVersion({ call }: { call: Call }, row: { version: number }) {
  if (call.ifMatch && call.ifMatch !== '*' && call.ifMatch !== etagOf(row))
    throw new Problem(412, 'stale', 'It was changed by somebody else in the meantime')
}

export const etagOf = ({ version }: { version: number }) => `"v${version}"`

/** The age of a row as of this process' clock, for rules that tests move through time. */
export const ago = (ms: number) => new Date(nowMs() - ms)
