import { config } from '../../core/config'
import { describe } from '../../core/errors'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { callingOut, traceparent } from '../../core/spans'
import { tenantStates } from '../tenants/schema'
import type { Licence } from './schema'

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 100
const isLimit = (value: unknown): value is number | null | undefined => value === null || value === undefined || Number.isInteger(value)
const isTime = (value: unknown): value is string | null => value === null || (typeof value === 'string' && !Number.isNaN(Date.parse(value)))
const toTime = (value: string | null) => (value === null ? null : new Date(value))

/** The names that are switched on, of a list of them or of names with true and false. */
export const featuresFrom = (given: string[] | Record<string, boolean>) =>
  (Array.isArray(given) ? [...new Set(given)] : Object.keys(given).filter((name) => given[name])).sort()

/** What the Management plane says of a tenant besides its licence. */
export interface Said {
  status?: (typeof tenantStates)[number]
  revision?: number
}

interface Answer {
  licence: Licence
  said: Said
}

/** Undefined for an answer that is no licence. */
function toLicence(answer: unknown, tenant_id: string): Answer | undefined {
  if (!isFields(answer) || !isText(answer.plan) || (answer.tenant_id ?? tenant_id) !== tenant_id) return undefined
  const { plan, features, limits: allowed = {}, expires_at = null, grace_ends_at = null, status, revision } = answer
  const named = Array.isArray(features) ? features : isFields(features) ? Object.keys(features) : undefined
  if (!named?.every(isText) || !isFields(allowed) || !isLimit(allowed.users) || !isLimit(allowed.devices)) return undefined
  if (!isTime(expires_at) || !isTime(grace_ends_at)) return undefined
  const said = {
    status: tenantStates.find((known) => known === status),
    revision: Number.isInteger(revision) ? (revision as number) : undefined,
  }
  const licence = {
    plan,
    features: featuresFrom(features as string[]),
    limits: { users: allowed.users ?? null, devices: allowed.devices ?? null },
    expires_at: toTime(expires_at),
    grace_ends_at: toTime(grace_ends_at),
  }
  return { licence, said }
}

/** `away`: nobody answered as he should; `unreadable`: the answer for this one is no licence. What is known goes on. */
export async function askForLicence(tenant_id: string): Promise<Answer | 'none' | 'unreadable' | 'away'> {
  const url = `${config.MANAGEMENT_URL}/internal/v1/tenants/${tenant_id}/license`
  const ask = () => {
    const headers = { 'x-internal-token': config.INTERNAL_TOKEN[0] ?? '', ...traceparent() }
    return fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(limits.managementMs) })
  }
  try {
    const reply = await callingOut('management', ask)
    if (reply.status === 404) return 'none'
    const licence = reply.ok ? toLicence(await reply.json().catch(() => undefined), tenant_id) : undefined
    if (!licence) log.warn({ tenant_id, status: reply.status }, 'the Management plane gave no licence that can be read')
    return licence ?? (reply.ok ? 'unreadable' : 'away')
  } catch (error) {
    log.warn({ tenant_id, error: describe(error) }, 'the Management plane cannot be reached; the licences that are known go on')
    return 'away'
  }
}
