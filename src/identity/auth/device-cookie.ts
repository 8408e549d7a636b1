import { randomBytes, timingSafeEqual } from 'node:crypto'
import { config } from '../../core/config'
import { nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { derive, exactBytes, mac } from '../../core/secrets'

const keys = [config.SECRET_KEY, config.SECRET_KEY_PREVIOUS].filter(Boolean).map((secret) => derive('device cookie', secret))
const sum = (key: Buffer, body: Buffer, email: string) => mac(key, Buffer.concat([body, Buffer.from(email.toLowerCase())]))

/**
 * Shows that this browser has signed in to this account: a number of its own, the second it was given, and a MAC over both and the address.
 * It opens nothing; failures are counted under its number instead of under the account (OWASP, device cookies).
 */
export function writeDeviceCookie(email: string): string {
  const body = Buffer.concat([randomBytes(16), Buffer.alloc(4)])
  body.writeUInt32BE(Math.floor(nowMs() / 1000), 16)
  return Buffer.concat([body, sum(keys[0]!, body, email)]).toString('base64url')
}

/** The number of the browser; undefined for what was not given to a browser of this account, or too long ago. */
export function readDeviceCookie(text: unknown, email: string): string | undefined {
  const bytes = exactBytes(text, 52)
  if (!bytes) return undefined
  const [body, given] = [bytes.subarray(0, 20), bytes.subarray(20)]
  if (!keys.some((key) => timingSafeEqual(sum(key, body, email), given))) return undefined
  return nowMs() - body.readUInt32BE(16) * 1000 < limits.deviceCookieMs ? body.subarray(0, 16).toString('base64url') : undefined
}
