import { jwt } from '@elysiajs/jwt'
import { config } from './config'
import { now, nowMs } from './clock'
import { limits } from './limits'
import { isId } from './scope'
import { hashOf } from './secrets'

const issuer = 'monozu'
const typ = 'at+jwt'
const toleranceSeconds = 5

interface Common {
  sub: string
  user_id: string
  sid: string
  jti: string
  exp: number
  /** How the user proved who it is (RFC 8176). */
  amr: string[]
}

export const accessSeconds = config.ACCESS_TOKEN_EXPIRE_MINUTES * 60

/** The last character of a signature holds two bits that decoding drops: only their one proper spelling is taken. */
const compact = /^[\w-]{1,1000}\.[\w-]{1,2000}\.[\w-]{42}[AEIMQUYcgkosw048]$/

function kidOf(token: string): unknown {
  try {
    return (JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()) as { kid?: unknown }).kid
  } catch {
    return undefined
  }
}

/** A whole second, no further ahead than what we make. */
const isMoment = (value: unknown, aheadSeconds: number) =>
  Number.isInteger(value) && Number(value) <= nowMs() / 1000 + aheadSeconds + toleranceSeconds

/** The access tokens of one plane: its audience, and the ids they hold besides those of every token. One of another audience is none of them. */
export function accessTokens<Id extends string = never>(audience: string, more: readonly Id[] = []) {
  type Claims = Common & Record<Id, string>
  const ids = ['user_id', 'sid', 'jti', ...more]
  const signer = (secret: string) => {
    const kid = hashOf(`kid ${secret}`).slice(0, 12)
    return { kid, ...jwt({ name: 'jwt', secret, iss: issuer, aud: audience, typ, kid }).decorator.jwt }
  }
  const current = signer(config.SECRET_KEY)
  const ring = config.SECRET_KEY_PREVIOUS ? [current, signer(config.SECRET_KEY_PREVIOUS)] : [current]
  const verified = new Map<string, Claims>()

  function sign(claims: Pick<Claims, 'user_id' | 'sid' | 'amr' | Id>, seconds = accessSeconds) {
    const iat = Math.floor(nowMs() / 1000)
    return current.sign({ ...claims, sub: claims.user_id, jti: Bun.randomUUIDv7(), exp: iat + seconds })
  }

  /** Claims of a token whose signature was checked before by this process and that has not ended. Whether its session lives is another question. */
  function remembered(token: string): Claims | undefined {
    const claims = verified.get(token)
    return claims && claims.exp * 1000 > nowMs() ? claims : undefined
  }

  /** That it is signed says who made it; what goes into a query is still looked at. */
  const wellFormed = (claims: Record<string, unknown>) =>
    claims.sub === claims.user_id &&
    claims.aud === audience &&
    isMoment(claims.iat, 0) &&
    isMoment(claims.exp, accessSeconds) &&
    ids.every((name) => typeof claims[name] === 'string' && isId(claims[name]))

  /** The plugin's verify() pins nothing by itself: algorithm, issuer, audience, type and claims are named here (RFC 8725 section 3). */
  async function verify(token: string): Promise<Claims | undefined> {
    if (!compact.test(token)) return undefined
    const kid = kidOf(token)
    const key = ring.find((known) => known.kid === kid)
    if (!key) return undefined
    const claims = await key.verify(token, {
      algorithms: ['HS256'],
      issuer,
      audience,
      typ,
      requiredClaims: ['exp', 'iat', 'sub', ...ids],
      clockTolerance: toleranceSeconds,
      currentDate: now(),
    })
    if (!claims || !wellFormed(claims)) return undefined
    if (verified.size >= limits.tokenCacheEntries) verified.delete(verified.keys().next().value!)
    verified.set(token, claims as unknown as Claims)
    return claims as unknown as Claims
  }

  return { sign, remembered, verify }
}

export const { sign: signAccess, remembered: rememberedClaims, verify: verifyAccess } = accessTokens('monozu-api', ['tenant_id'])
