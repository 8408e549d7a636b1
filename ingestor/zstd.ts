const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a50

/**
 * Whether the bytes are whole zstd frames, to the last (RFC 8878, section 3.1). The runtime's decoder takes a body that was cut off
 * for a complete one, and what is missing would be acknowledged.
 */
export function isWholeZstd(bytes: Buffer): boolean {
  let position = 0
  while (position < bytes.length) {
    const end = endOfFrame(bytes, position)
    if (end === undefined || end > bytes.length) return false
    position = end
  }
  return bytes.length > 0
}

function endOfFrame(bytes: Buffer, start: number): number | undefined {
  if (start + 8 > bytes.length) return undefined
  const magic = bytes.readUInt32LE(start)
  if ((magic & 0xfffffff0) >>> 0 === skippableMagic) return start + 8 + bytes.readUInt32LE(start + 4)
  if (magic !== frameMagic) return undefined
  const descriptor = bytes[start + 4]!
  const isSingleSegment = (descriptor & 0x20) !== 0
  const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const hasChecksum = (descriptor & 4) !== 0
  const body = endOfBlocks(bytes, start + 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes)
  return body === undefined ? undefined : body + (hasChecksum ? 4 : 0)
}

function endOfBlocks(bytes: Buffer, start: number): number | undefined {
  for (let position = start; position + 3 <= bytes.length;) {
    const header = bytes.readUIntLE(position, 3)
    const isRunLength = ((header >> 1) & 3) === 1
    position += 3 + (isRunLength ? 1 : header >> 3)
    if (header & 1) return position
  }
  return undefined
}
