import { timingSafeEqual } from 'node:crypto'
import { config } from '../../core/config'
import { bytesOf, derive, exactBytes, idOf, mac } from '../../core/secrets'

const keys = [config.SECRET_KEY, config.SECRET_KEY_PREVIOUS].filter(Boolean).map((secret) => derive('refresh token', secret))

export interface RefreshToken {
  tenant_id: string
  session_id: string
  generation: number
}

/**
 * A session's token of one generation: tenant, session and generation, and a 256-bit MAC over them that only we can make.
 * So the current one can be given again after a lost answer, and a stolen database holds none.
 */
export function writeRefreshToken({ tenant_id, session_id, generation }: RefreshToken): string {
  const body = Buffer.alloc(36)
  bytesOf(tenant_id).copy(body)
  bytesOf(session_id).copy(body, 16)
  body.writeUInt32BE(generation, 32)
  return Buffer.concat([body, mac(keys[0]!, body)]).toString('base64url')
}

/** undefined for what was never issued. */
export function readRefreshToken(text: unknown): RefreshToken | undefined {
  const bytes = exactBytes(text, 68)
  if (!bytes) return undefined
  const [body, sum] = [bytes.subarray(0, 36), bytes.subarray(36)]
  if (!keys.some((key) => timingSafeEqual(mac(key, body), sum))) return undefined
  return { tenant_id: idOf(body.subarray(0, 16)), session_id: idOf(body.subarray(16, 32)), generation: body.readUInt32BE(32) }
}
