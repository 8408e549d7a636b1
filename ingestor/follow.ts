import { placeOf, stamp } from './frames'
import { readInstant } from './instant'
import type { Device } from './keys'
import { limits } from './limits'
import { type Shape, gap } from './shape'

const [quote, comma, dot, minus, plus, zero, nine] = [0x22, 0x2c, 0x2e, 0x2d, 0x2b, 0x30, 0x39]
const [openBracket, closeBracket, openBrace, newline] = [0x5b, 0x5d, 0x7b, 0x0a]
const [backslash, space, tab, carriageReturn, smallE, bigE] = [0x5c, 0x20, 0x09, 0x0d, 0x65, 0x45]

/** Powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)
/** So many digits are a whole number that a double holds exactly; divided by such a power, it is rounded once, as it should be (Clinger, 1990). */
const exactDigits = 15

const scratch = Buffer.alloc(limits.followedBytes)
const view = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength)

/** Where the reading is, and where the next row goes. A body is read in one go, and so there is one of each. */
let at = 0
let end = 0
let time = 0

/**
 * The rows of a body whose records are written as the shapes say, one after the other: what the general way makes of it, in less time. Undefined
 * as soon as anything is not as expected, and then nothing is known of the body.
 */
export function follow(bytes: Buffer, device: Device, first: Shape, shapeOf: (key: string) => Shape | undefined) {
  const isArray = bytes[0] === openBracket
  if (!isArray && bytes[0] !== openBrace) return undefined
  at = isArray ? skipSpace(bytes, 1) : 0
  end = 0
  let before = 0
  let frames = 0
  for (let shape: Shape | undefined = first; shape?.layout.stored; shape = shapeOf(shape.next)) {
    if (!readRecord(bytes, shape, device)) return undefined
    // Rows are in the order of time.
    if (time < before) return undefined
    before = time
    frames += 1
    if (isArray ? isOver(bytes) : isLastLine(bytes)) return { rows: Buffer.from(scratch.subarray(0, end)), frames }
    if (at < 0 || frames === limits.records) return undefined
  }
  return undefined
}

function skipSpace(bytes: Buffer, from: number): number {
  let index = from
  for (let code = bytes[index]; code === space || code === tab || code === newline || code === carriageReturn;) code = bytes[++index]
  return index
}

/** Behind a record of an array; `at` is then at the next, or negative where there is something else. */
function isOver(bytes: Buffer): boolean {
  at = skipSpace(bytes, at)
  const code = bytes[at]
  const next = skipSpace(bytes, at + 1)
  at = code === comma ? next : -1
  return code === closeBracket && next === bytes.length
}

/** The same of lines. */
function isLastLine(bytes: Buffer): boolean {
  let index = at
  while (bytes[index] === space || bytes[index] === tab || bytes[index] === carriageReturn) index += 1
  at = bytes[index] === newline ? skipSpace(bytes, index) : -1
  return index === bytes.length || at === bytes.length
}

function readRecord(bytes: Buffer, { literal, ends, gaps, row }: Shape, device: Device): boolean {
  if (end + row.length > scratch.length) return false
  scratch.set(row, end)
  let expected = 0
  for (let index = 0; index < gaps.length; index++) {
    const until = ends[index]!
    while (expected < until) if (bytes[at++] !== literal[expected++]) return false
    const holds = gaps[index]!
    if (holds >= 0 ? !readNumber(bytes, end + placeOf(holds)) : !readText(bytes, holds)) return false
  }
  while (expected < literal.length) if (bytes[at++] !== literal[expected++]) return false
  stamp(scratch, view, end, device, time)
  end += row.length
  return true
}

/** RFC 8259, section 6, into the row at `place`. */
function readNumber(bytes: Buffer, place: number): boolean {
  const start = at
  let code = bytes[at]!
  const isNegative = code === minus
  if (isNegative) code = bytes[++at]!
  let digits = at
  let mantissa = 0
  let decimals = 0
  if (code === zero) code = bytes[++at]!
  else {
    for (; code >= zero && code <= nine; code = bytes[++at]!) mantissa = mantissa * 10 + (code - zero)
    if (at === digits) return false
  }
  if (code === dot) {
    const from = at + 1
    code = bytes[++at]!
    for (; code >= zero && code <= nine; code = bytes[++at]!) mantissa = mantissa * 10 + (code - zero)
    decimals = at - from
    if (!decimals) return false
    digits += 1
  }
  const isExact = at - digits <= exactDigits
  if (code === smallE || code === bigE) return readPower(bytes, start, place)
  const size = isExact ? mantissa / powers[decimals]! : Number(bytes.toString('latin1', start + (isNegative ? 1 : 0), at))
  view.setFloat64(place, isNegative ? -size : size)
  return size < Infinity
}

/** A number whose power of ten begins here. */
function readPower(bytes: Buffer, start: number, place: number): boolean {
  let code = bytes[++at]!
  if (code === plus || code === minus) code = bytes[++at]!
  const from = at
  while (code >= zero && code <= nine) code = bytes[++at]!
  if (at === from) return false
  const value = Number(bytes.toString('latin1', start, at))
  view.setFloat64(place, value)
  return value - value === 0
}

/** Plain ASCII of moderate length, up to its closing quote. */
function readText(bytes: Buffer, holds: number): boolean {
  const start = at
  let code = bytes[at]!
  while (code !== quote) {
    if (!(code >= space && code < 0x7f) || code === backslash || at - start >= limits.idCharacters) return false
    code = bytes[++at]!
  }
  if (holds === gap.time) time = readInstant(bytes.toString('latin1', start, at))
  return holds === gap.time || at > start
}
