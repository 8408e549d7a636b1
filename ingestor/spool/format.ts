/**
 * A segment is records one after the other, each behind a head of 28 bytes, big-endian: a marker, the length of the payload, the first half of a
 * SHA-256 of the segment's salt, the record's position and the payload, and a CRC-32 of salt and head. The salt is random and stands in the name
 * of the file: what a device sends cannot be made to look like a record, not even where damage makes a reader search for the next one.
 */
const marker = Buffer.from([0x9e, 0x4d, 0x5a, 0x53])
export const headBytes = 28

function digestOf(salt: string, position: number, payload: Buffer): Buffer {
  return new Bun.CryptoHasher('sha256').update(`${salt} ${position} `).update(payload).digest().subarray(0, 16)
}

const sumOf = (salt: string, head: Buffer) => Bun.hash.crc32(Buffer.concat([Buffer.from(salt), head.subarray(0, 24)]))

/** `payload` as it stands in the segment at this position, its head and itself. */
export function encodeRecord(salt: string, position: number, payload: Buffer): Buffer[] {
  const head = Buffer.alloc(headBytes)
  marker.copy(head)
  head.writeUInt32BE(payload.length, 4)
  digestOf(salt, position, payload).copy(head, 8)
  head.writeUInt32BE(sumOf(salt, head), 24)
  return [head, payload]
}

export interface Found {
  /** Views of the bytes that were given, in the order they were written. */
  payloads: Buffer[]
  /** What is no record and has records or a whole head in it: it may have been acknowledged. */
  damaged: { position: number; bytes: Buffer }[]
  /** What was being written when the process or the machine died, and so was never acknowledged. */
  tornBytes: number
}

const hasHead = (salt: string, bytes: Buffer, at: number) =>
  bytes.length - at >= headBytes &&
  marker.equals(bytes.subarray(at, at + 4)) &&
  bytes.readUInt32BE(at + 24) === sumOf(salt, bytes.subarray(at, at + headBytes))

/** The record at this position, or nothing. */
function recordAt(salt: string, bytes: Buffer, at: number): Buffer | undefined {
  if (!hasHead(salt, bytes, at)) return undefined
  const end = at + headBytes + bytes.readUInt32BE(at + 4)
  if (end > bytes.length) return undefined
  const payload = bytes.subarray(at + headBytes, end)
  return digestOf(salt, at, payload).equals(bytes.subarray(at + 8, at + 24)) ? payload : undefined
}

/** Cut off by the end of the file, or space that was never filled. Anything else at the end was whole once. */
function isTorn(salt: string, bytes: Buffer, at: number): boolean {
  const rest = bytes.subarray(at)
  if (rest.length < headBytes || rest.every((byte) => byte === 0)) return true
  return hasHead(salt, bytes, at) && at + headBytes + bytes.readUInt32BE(at + 4) > bytes.length
}

export function readRecords(salt: string, bytes: Buffer): Found {
  const found: Found = { payloads: [], damaged: [], tornBytes: 0 }
  for (let position = 0; position < bytes.length;) {
    const payload = recordAt(salt, bytes, position)
    if (payload) {
      found.payloads.push(payload)
      position += headBytes + payload.length
      continue
    }
    const next = nextRecord(salt, bytes, position + 1)
    if (next === bytes.length && isTorn(salt, bytes, position)) found.tornBytes = next - position
    else found.damaged.push({ position, bytes: bytes.subarray(position, next) })
    position = next
  }
  return found
}

/** Where the next whole record begins; the end where there is none. */
function nextRecord(salt: string, bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(marker, from); at >= 0; at = bytes.indexOf(marker, at + 1)) if (recordAt(salt, bytes, at)) return at
  return bytes.length
}
