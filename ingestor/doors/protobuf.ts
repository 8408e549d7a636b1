import { malformed } from '../refusals'

const broken = () => malformed('The body is not whole protobuf')

/** Calls `visit` for each field between `start` and `end` with the bounds of its content (protobuf.dev, Encoding). Throws a 400. */
export function eachField(
  bytes: Buffer,
  start: number,
  end: number,
  visit: (field: number, wire: number, from: number, to: number) => void,
) {
  for (let position = start; position < end;) {
    const tag = varintAt(bytes, position, end)
    const wire = tag % 8
    const field = Math.floor(tag / 8)
    let from = endOfVarint(bytes, position, end)
    let to: number
    if (wire === 0) to = endOfVarint(bytes, from, end)
    else if (wire === 1) to = from + 8
    else if (wire === 5) to = from + 4
    else if (wire === 2) {
      const length = varintAt(bytes, from, end)
      from = endOfVarint(bytes, from, end)
      to = from + length
    } else throw broken()
    if (!field || !(to >= from && to <= end)) throw broken()
    visit(field, wire, from, to)
    position = to
  }
}

function endOfVarint(bytes: Buffer, start: number, end: number): number {
  for (let position = start; position < Math.min(end, start + 10); position++) if (bytes[position]! < 0x80) return position + 1
  throw broken()
}

/** As int64 where it has ten bytes; a number past 2^53 is rounded. */
export function varintAt(bytes: Buffer, start: number, end: number): number {
  const last = endOfVarint(bytes, start, end) - 1
  if (last - start === 9) return Number(bigVarintAt(bytes, start, end))
  let value = 0
  for (let position = last; position >= start; position--) value = value * 128 + (bytes[position]! & 0x7f)
  return value
}

/** As int64. */
export function bigVarintAt(bytes: Buffer, start: number, end: number): bigint {
  let value = 0n
  for (let position = endOfVarint(bytes, start, end) - 1; position >= start; position--)
    value = (value << 7n) | BigInt(bytes[position]! & 0x7f)
  return BigInt.asIntN(64, value)
}
