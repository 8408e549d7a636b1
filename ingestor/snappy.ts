import { malformed } from './refusals'

const cutShort = () => malformed('The body is not whole snappy')

/** The block format (google/snappy, format_description.txt). The declared length is checked before anything is allocated. */
export function unsnappy(bytes: Buffer, tooLong: () => Error, mostBytes: number): Buffer {
  let position = 0
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[position++]
    if (byte === undefined || shift > 28) throw cutShort()
    length += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  if (length > mostBytes) throw tooLong()
  const output = Buffer.allocUnsafe(length)
  let written = 0
  while (position < bytes.length) {
    const tag = bytes[position++]!
    const kind = tag & 3
    let size = (tag >> 2) + 1
    const more = kind === 0 ? Math.max(0, size - 60) : [0, 1, 2, 4][kind]!
    if (position + more > bytes.length) throw cutShort()
    const extra = more ? bytes.readUIntLE(position, more) : 0
    position += more
    if (kind === 0) {
      if (more) size = extra + 1
      if (position + size > bytes.length || written + size > length) throw cutShort()
      output.set(bytes.subarray(position, position + size), written)
      position += size
      written += size
      continue
    }
    if (kind === 1) size = ((tag >> 2) & 7) + 4
    const offset = kind === 1 ? ((tag >> 5) << 8) | extra : extra
    if (offset === 0 || offset > written || written + size > length) throw cutShort()
    // Source and target may overlap: what was just written is then repeated.
    if (offset >= size) output.copyWithin(written, written - offset, written - offset + size)
    else for (let index = 0; index < size; index++) output[written + index] = output[written - offset + index]!
    written += size
  }
  if (written !== length) throw cutShort()
  return output
}
