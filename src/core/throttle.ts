import { nowMs } from './clock'
import { Problem } from './errors'
import { limits } from './limits'
import { derive, mac } from './secrets'

interface Failures {
  count: number
  last: number
}

const key = derive('throttle')
const failures = new Map<string, Failures>()

/** A name that says nothing about whom it counts. */
const nameOf = (kind: string, value: string) => mac(key, `${kind} ${value.toLowerCase()}`).toString('base64')

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

const recent = (name: string) => {
  const found = failures.get(name)
  return found && nowMs() - found.last < limits.failureWindowMs ? found : undefined
}

function count(name: string) {
  if (failures.size > 100_000) failures.delete(failures.keys().next().value!)
  failures.set(name, { count: (recent(name)?.count ?? 0) + 1, last: nowMs() })
}

function renew(name: string) {
  const counted = failures.get(name)
  if (counted) counted.last = nowMs()
}

function takeBack(name: string) {
  const counted = failures.get(name)
  if (counted) counted.count -= 1
}

const refuse = (waitMs: number) => {
  if (waitMs > 0)
    throw new Problem(429, 'rate_limited', 'Too many attempts; wait a little', { retryAfterSeconds: Math.ceil(waitMs / 1000) })
}

/**
 * Counts failed attempts by account (known or not) and by address. After 5 failures an account waits 1, 2, 4 ... seconds, at most 15 minutes;
 * an address is refused after 100 failures within 15 minutes. An attempt counts as failed from its beginning, so that many at once are no way around.
 */
export function throttle(account: string, address: string | undefined) {
  const names = { account: nameOf('account', account), address: nameOf('address', network(address ?? 'unknown')) }
  const mine = recent(names.account)
  const over = (mine?.count ?? 0) - limits.failuresBeforeDelay
  if (mine && over >= 0) refuse(mine.last + Math.min(1000 * 2 ** over, limits.longestDelayMs) - nowMs())
  const theirs = recent(names.address)
  if (theirs && theirs.count >= limits.addressFailures) refuse(theirs.last + limits.failureWindowMs - nowMs())
  count(names.account)
  count(names.address)
  return {
    /** The wait begins with the verdict. */
    failed: () => (renew(names.account), renew(names.address)),
    succeeded: () => (failures.delete(names.account), takeBack(names.address)),
    /** It came to no verdict: the database was away, or the queue full. */
    withdraw: () => (takeBack(names.account), takeBack(names.address)),
  }
}
