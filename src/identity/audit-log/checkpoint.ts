import { type KeyObject, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { config } from '../../core/config'
import { derive } from '../../core/secrets'

/** That the chain of a tenant had this hash at this length. Whoever keeps one elsewhere can tell later whether anything before it was changed. */
export interface Checkpoint {
  tenant_id: string
  seq: number
  /** Of the entry at `seq`, and so of all before it: SHA-256, hexadecimal. */
  hash: string
  at: Date
  /** The public key: 32 bytes, base64url. */
  key: string
  /** Ed25519 (RFC 8032) over `textOf`, base64url. */
  signature: string
}

const textOf = ({ tenant_id, seq, hash, at }: Omit<Checkpoint, 'key' | 'signature'>) =>
  Buffer.from(['monozu audit checkpoint 1', tenant_id, seq, hash, at.toISOString()].join('\n'))

// RFC 8410 section 7: what stands before the 32 bytes of a private key.
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

const signingKey = (secret: string) =>
  createPrivateKey({ key: Buffer.concat([pkcs8, derive('audit checkpoint', secret)]), format: 'der', type: 'pkcs8' })

const nameOf = (key: KeyObject) => createPublicKey(key).export({ format: 'jwk' }).x!

/** The key checkpoints are signed with: derived from SECRET_KEY, which the database does not hold. */
export const publicKey = () => nameOf(signingKey(config.SECRET_KEY))

/** The keys of SECRET_KEY and of the one before it. */
export const ownKeys = () => [config.SECRET_KEY, config.SECRET_KEY_PREVIOUS].filter(Boolean).map((secret) => nameOf(signingKey(secret)))

export function signCheckpoint(head: Omit<Checkpoint, 'key' | 'signature'>): Checkpoint {
  const key = signingKey(config.SECRET_KEY)
  return { ...head, key: nameOf(key), signature: sign(null, textOf(head), key).toString('base64url') }
}

/** Whether the key it names has signed it; whether that key is to be trusted is another question. */
export function isSigned({ key, signature, ...head }: Checkpoint): boolean {
  try {
    const known = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' })
    return verify(null, textOf(head), known, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}
