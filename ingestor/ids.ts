import { idOf } from '../src/core/secrets'

/** A UUID of version 8 (RFC 9562, section 5.8) made from what it names, so that ingestors agree on it without asking, and what is sent again is the same. */
export function idFrom(...names: string[]): string {
  const bytes = new Bun.CryptoHasher('sha256').update(names.join(' ')).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return idOf(bytes)
}
