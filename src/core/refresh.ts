import { timingSafeEqual } from 'node:crypto'
import { nowMs } from './clock'
import { config } from './config'
import { limits } from './limits'
import { bytesOf, derive, exactBytes, idOf, mac } from './secrets'

export interface RefreshToken {
  tenant_id: string
  session_id: string
  generation: number
}

/** A plane's refresh tokens: with keys of its own, so that none passes in the other. */
export function refreshTokens(purpose: string) {
  const keys = [config.SECRET_KEY, config.SECRET_KEY_PREVIOUS].filter(Boolean).map((secret) => derive(purpose, secret))

  /**
   * A session's token of one generation: tenant, session and generation, and a 256-bit MAC over them that only we can make.
   * So the current one can be given again after a lost answer, and a stolen database holds none.
   */
  function write({ tenant_id, session_id, generation }: RefreshToken): string {
    const body = Buffer.alloc(36)
    bytesOf(tenant_id).copy(body)
    bytesOf(session_id).copy(body, 16)
    body.writeUInt32BE(generation, 32)
    return Buffer.concat([body, mac(keys[0]!, body)]).toString('base64url')
  }

  /** undefined for what was never issued. */
  function read(text: unknown): RefreshToken | undefined {
    const bytes = exactBytes(text, 68)
    if (!bytes) return undefined
    const [body, sum] = [bytes.subarray(0, 36), bytes.subarray(36)]
    if (!keys.some((key) => timingSafeEqual(mac(key, body), sum))) return undefined
    return { tenant_id: idOf(body.subarray(0, 16)), session_id: idOf(body.subarray(16, 32)), generation: body.readUInt32BE(32) }
  }
  return { write, read }
}

interface Rotating {
  generation: number
  rotated_at: Date
  grace_uses: number
}

/** What a refresh token is to its session now. One generation behind, or within 10 s of a rotation (two tabs, a lost answer), is forgiven a few times. */
export function judge(session: Rotating, generation: number): 'current' | 'grace' | 'reused' {
  if (generation === session.generation) return 'current'
  const recent = nowMs() - session.rotated_at.getTime() <= limits.refreshGraceMs
  const close = generation === session.generation - 1 || recent
  return close && generation < session.generation && session.grace_uses < limits.refreshGraceUses ? 'grace' : 'reused'
}

export const { write: writeRefreshToken, read: readRefreshToken } = refreshTokens('refresh token')
