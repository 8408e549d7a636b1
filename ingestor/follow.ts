import { nowMs } from '../src/core/clock'
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
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let before = 0
  let frames = 0
  const now = nowMs()
  for (let shape: Shape | undefined = first; shape && shape.layout.keptUntil >= now; shape = shapeOf(shape.next)) {
    if (!readRecord(bytes, words, shape, device)) return undefined
    // Rows are in the order of time, and none is later than its layout is kept.
    if (time < before || time > shape.layout.keptUntil) return undefined
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

function readRecord(bytes: Buffer, words: DataView, { literal, literalWords, ends, gaps, row }: Shape, device: Device): boolean {
  if (end + row.length > scratch.length) return false
  scratch.set(row, end)
  let expected = 0
  for (let index = 0; index < gaps.length; index++) {
    const until = ends[index]!
    if (!isSame(bytes, words, literal, literalWords, expected, until)) return false
    expected = until
    const holds = gaps[index]!
    if (holds >= 0 ? !readNumber(bytes, end + placeOf(holds)) : !readText(bytes, holds)) return false
  }
  if (!isSame(bytes, words, literal, literalWords, expected, literal.length)) return false
  stamp(scratch, view, end, device, time)
  end += row.length
  return true
}

/** Whether the bytes from here on are those of the literal, four at a time; then it is behind them. */
function isSame(bytes: Buffer, words: DataView, literal: Buffer, literalWords: DataView, from: number, until: number): boolean {
  let here = at
  if (here + until - from > bytes.length) return false
  let expected = from
  for (; expected + 4 <= until; expected += 4, here += 4) if (words.getInt32(here) !== literalWords.getInt32(expected)) return false
  for (; expected < until; expected++, here++) if (bytes[here] !== literal[expected]) return false
  at = here
  return true
}

/** RFC 8259, section 6, into the row at `place`. */
function readNumber(bytes: Buffer, place: number): boolean {
  const start = at
  let here = at
  let code = bytes[here]!
  const isNegative = code === minus
  if (isNegative) code = bytes[++here]!
  let digits = here
  let mantissa = 0
  let decimals = 0
  if (code === zero) code = bytes[++here]!
  else {
    for (; code >= zero && code <= nine; code = bytes[++here]!) mantissa = mantissa * 10 + (code - zero)
    if (here === digits) return false
  }
  if (code === dot) {
    const from = here + 1
    code = bytes[++here]!
    for (; code >= zero && code <= nine; code = bytes[++here]!) mantissa = mantissa * 10 + (code - zero)
    decimals = here - from
    if (!decimals) return false
    digits += 1
  }
  at = here
  const isExact = here - digits <= exactDigits
  if (code === smallE || code === bigE) return readPower(bytes, start, place)
  const size = isExact ? mantissa / powers[decimals]! : Number(bytes.toString('latin1', start + (isNegative ? 1 : 0), here))
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
