import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { config } from './config'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function toBase62(bytes: Uint8Array, length: number): string {
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (; value > 0n; value /= 62n) text = digits[Number(value % 62n)] + text
  return text.padStart(length, '0')
}

function fromBase62(text: string, length: number): Buffer | undefined {
  let value = 0n
  for (const digit of text) value = value * 62n + BigInt(digits.indexOf(digit))
  const hex = value.toString(16).padStart(length * 2, '0')
  return hex.length === length * 2 ? Buffer.from(hex, 'hex') : undefined
}

/** Compared as digests, so that the time it takes says nothing of how much is right. */
export function isOneOf(secrets: string[], given: string): boolean {
  const matches = secrets.map((secret) => timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(hashOf(given))))
  return matches.includes(true)
}

export const hashOf = (secret: string) => hash('sha256', secret, 'hex')

export const bytesOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')
export const idOf = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** So many bytes in base64url, in their one proper spelling: the last character may hold bits that decoding drops. */
export function exactBytes(text: unknown, length: number): Buffer | undefined {
  // The framework makes objects and numbers of cookies that look like JSON.
  if (typeof text !== 'string') return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : undefined
}

const crc32 = (bytes: Buffer) => {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(Bun.hash.crc32(bytes))
  return sum
}

export type CredentialKind = 'mzp' | 'mzd' | 'mzw' | 'mzm' | 'mzt' | 'mzr' | 'mzi' | 'mzc' | 'mzv' | 'mzs' | 'mzx' | 'mza'
const credentialBytes = 68
const credentialLength = 92

/**
 * A machine's credential: prefix, then CRC-32 (IEEE 802.3), tenant id, row id and 256 secret bits in base62. It names the row it belongs to,
 * so that it is found by primary key inside its tenant, and a mistyped one is refused without asking the database.
 * Only `hash` (SHA-256 of the whole text) is kept.
 */
export function mintCredential(kind: CredentialKind, tenant_id: string, id: string) {
  const body = Buffer.concat([bytesOf(tenant_id), bytesOf(id), randomBytes(32)])
  const text = `${kind}_${toBase62(Buffer.concat([crc32(body), body]), credentialLength)}`
  return { text, hash: hashOf(text) }
}

/** What a credential claims to be; true only once its hash was found under that tenant and id. */
export function readCredential(kind: CredentialKind, text: string): { tenant_id: string; id: string; hash: string } | undefined {
  if (text.length !== credentialLength + kind.length + 1 || !text.startsWith(`${kind}_`) || !/^[0-9A-Za-z]+$/.test(text.slice(4)))
    return undefined
  const bytes = fromBase62(text.slice(kind.length + 1), credentialBytes)
  if (!bytes || !crc32(bytes.subarray(4)).equals(bytes.subarray(0, 4))) return undefined
  return { tenant_id: idOf(bytes.subarray(4, 20)), id: idOf(bytes.subarray(20, 36)), hash: hashOf(text) }
}

/** A key for one purpose alone (HKDF-SHA-256, RFC 5869), so that nothing signed for one passes for another. */
export const derive = (purpose: string, from = config.SECRET_KEY) => Buffer.from(hkdfSync('sha256', from, '', `monozu ${purpose}`, 32))

export const mac = (key: Buffer, text: string | Buffer) => createHmac('sha256', key).update(text).digest()

/** AES-256-GCM: `kid:base64(nonce, tag, ciphertext)`. `identity` (where it is kept) is authenticated, so that a value cannot be moved to another row. */
export function seal(plain: string, identity: string): string {
  const [first] = config.ENCRYPTION_KEYS
  if (!first) throw new Error('ENCRYPTION_KEYS is empty')
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', first.key, nonce).setAAD(Buffer.from(`${first.kid} ${identity}`))
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return `${first.kid}:${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`
}

/** Throws when the value was altered, moved, or sealed with a key that is gone. */
export function unseal(sealed: string, identity: string): string {
  const [kid = '', encoded = ''] = sealed.split(':')
  const key = config.ENCRYPTION_KEYS.find((known) => known.kid === kid)?.key
  if (!key) throw new Error('sealed with a key that is not in ENCRYPTION_KEYS')
  const bytes = Buffer.from(encoded, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 }).setAAD(
    Buffer.from(`${kid} ${identity}`),
  )
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}
