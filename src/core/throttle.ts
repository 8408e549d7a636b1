import { sql } from 'drizzle-orm'
import { nowMs } from './clock'
import { transaction } from './db'
import { Problem } from './errors'
import { limits } from './limits'
import { derive, mac } from './secrets'

const key = derive('throttle')

/** A name that says nothing about whom it counts. */
const nameOf = (kind: string, value: string) => `${kind} ${mac(key, `${kind} ${value.toLowerCase()}`).toString('base64url')}`

/** An IPv6 customer holds a /64 (RFC 6177), so that is what is counted; IPv4 in IPv6 clothes is IPv4. */
function network(address: string): string {
  const mapped = address.match(/^::ffff:([\d.]+)$/i)
  if (mapped) return mapped[1]!
  if (!address.includes(':')) return address
  const [left = [], right = []] = address.split('::').map((side) => side.split(':').filter(Boolean))
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((part) => parseInt(part, 16))
    .join(':')
}

/** What one attempt counts for: one name that waits longer with each failure, one that is full at some number, and the crowd that it is one of. */
interface Names {
  slow: string
  full?: string
  crowd?: string
}

function namesOf(account: string, address: string | undefined, { domain, device }: Circumstances): Names {
  if (device) return { slow: nameOf('device', `${device} ${account}`) }
  return {
    slow: nameOf('account', account),
    // Whoever comes over a network has an address; a call from inside the process does not.
    full: address && nameOf('address', network(address)),
    crowd: domain && nameOf('domain', domain),
  }
}

/** Each step is a transaction of its own: what was counted stays counted, whatever becomes of the attempt. */
const tell = <T extends Record<string, unknown>>(statement: ReturnType<typeof sql>) =>
  transaction('begin read write', false, (tx) => tx.execute<T>(statement))

const array = (names: string[]) => sql`array(select json_array_elements_text(${JSON.stringify(names)}::json))`
const known = (name: string | undefined): name is string => name !== undefined

interface Circumstances {
  /**
   * Of the e-mail address: it stands for the tenants of an account. They themselves are not asked for, as what waits must not tell who is a member where;
   * and an account that does not exist has a domain all the same.
   */
  domain?: string
  /** A browser that signed in to this account before: it answers for itself alone, so that strangers cannot lock it out. */
  device?: string
}

/**
 * Counts failed attempts by account (known or not), address and domain, in the database: all processes count together. After 5 failures an account
 * waits 1, 2, 4 ... seconds, at most 15 minutes; an address is refused after 100 failures within 15 minutes. While 1,000 failed of one domain, each of its
 * accounts waits 64 seconds after one failure and an address is refused after 10, so that a password tried on everybody gets nowhere and nobody is shut out who
 * knows his own. An attempt counts as failed from its beginning, so that many at once are no way around. Without the database there is no attempt: 503.
 */
export async function throttle(account: string, address: string | undefined, circumstances: Circumstances = {}) {
  const { slow, full, crowd } = namesOf(account, address, circumstances)
  const others = [full].filter(known)
  const at = () => new Date(nowMs()).toISOString()
  const [begun] = await tell<{ wait_ms: number }>(
    sql`select attempt_begin(${slow}, ${array(others)}, array[${limits.addressFailures}::int], ${crowd ?? null}, ${limits.domainFailures}, ${at()}, ${limits.failuresBeforeDelay}, ${limits.longestDelayMs}, ${limits.failureWindowMs}) as wait_ms`,
  )
  if (begun!.wait_ms > 0)
    throw new Problem(429, 'rate_limited', 'Too many attempts; wait a little', { retryAfterSeconds: Math.ceil(begun!.wait_ms / 1000) })
  const end = async (verdict: 'failed' | 'succeeded' | 'withdrawn') => {
    await tell(sql`select attempt_end(${slow}, ${array([...others, crowd].filter(known))}, ${verdict}, ${at()})`)
  }
  return {
    /** The wait begins with the verdict. */
    failed: () => end('failed'),
    succeeded: () => end('succeeded'),
    /** It came to no verdict: the queue was full, or something broke. Where the database is away it stays counted. */
    withdraw: () => end('withdrawn').catch(() => {}),
  }
}
