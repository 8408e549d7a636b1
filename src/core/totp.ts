import { HOTP, Secret, TOTP } from 'otpauth'
import { renderSVG } from 'uqr'
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { config } from './config'
import { nowMs } from './clock'
import { limits } from './limits'
import { hashOf } from './secrets'

const digits = 6
const algorithm = 'SHA1'

export const stepAt = (ms: number) => Math.floor(ms / limits.mfaStepMs)

/** TOTP of one time step (RFC 6238 over RFC 4226), of a secret in base32. */
export const codeOf = (secret: string, step: number, length = digits) =>
  HOTP.generate({ secret: Secret.fromBase32(secret), algorithm, digits: length, counter: step })

/** 160 bits, as RFC 4226 section 4 (R6) recommends, in base32. */
export const newSecret = () => new Secret({ buffer: new Uint8Array(randomBytes(20)).buffer }).base32

/** The step whose code this is: the current one or the one before (RFC 6238 section 5.2). */
export function stepOf(code: string, secret: string): number | undefined {
  const current = stepAt(nowMs())
  return [current, current - 1].find((step) =>
    timingSafeEqual(Buffer.from(codeOf(secret, step)), Buffer.from(code.padEnd(digits).slice(0, digits))),
  )
}

/** What an authenticator app reads out of the QR code. */
const keyUri = (secret: string, label: string) =>
  new TOTP({
    issuer: config.MFA_ISSUER,
    label,
    secret: Secret.fromBase32(secret),
    algorithm,
    digits,
    period: limits.mfaStepMs / 1000,
  }).toString()

/** A secret as it is handed to an authenticator app. */
export function forApp(secret: string, label: string) {
  const otpauth_url = keyUri(secret, label)
  return { secret, otpauth_url, qr_svg: renderSVG(otpauth_url, { border: 4 }) }
}

const letters = '0123456789abcdefghjkmnpqrstvwxyz'

/** 25 characters of 32: 125 bits, in groups for the eye. */
export const newRecoveryCode = () =>
  [...randomBytes(25)]
    .map((byte) => letters[byte & 31])
    .join('')
    .replace(/(.{5})(?=.)/g, '$1-')

/** However it was typed: case, spaces and the letters that look like digits do not matter. */
export const recoveryHash = (code: string) =>
  hashOf(
    code
      .toLowerCase()
      .replace(/[^0-9a-z]/g, '')
      .replace(/[il]/g, '1')
      .replaceAll('o', '0'),
  )
