import { type Draft, draftOf } from './draft'
import { limits } from './limits'
import { Refusal } from './refusals'
import { checkCount, notJson, splitArray } from './split'

/** The records of a body, one after the other. */
export interface Items {
  count: number
  /** Throws a Refusal where this record alone is at fault, a 400 where the whole body is. */
  draft: (index: number) => Draft
  /** As it was sent, or as it would have been sent to POST /v1/ingest. */
  text: (index: number) => string
}

type JsonItems = Omit<Items, 'draft'> & { value: (index: number) => unknown }

/** Reads a JSON array, newline-delimited JSON (by its content type, or because it looks like it) or one record alone. */
export function decode(text: string, contentType: string | null): Items {
  const items = decodeJson(text, contentType)
  return { count: items.count, draft: (index) => draftOf(items.value(index)), text: items.text }
}

function decodeJson(text: string, contentType: string | null): JsonItems {
  const isLines = /^application\/(x-)?(ndjson|jsonl|jsonlines)\b/i.test(contentType ?? '')
  const first = /[^ \t\r\n]/.exec(text)?.[0]
  if (first === '[') return arrayItems(text)
  if (isLines || (first === '{' && looksLikeLines(text))) return lineItems(text)
  if (first === '{') return oneItem(text)
  throw notJson()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notJson()
  }
}

function looksLikeLines(text: string): boolean {
  const end = text.trimStart().indexOf('\n')
  if (end < 0) return false
  try {
    JSON.parse(text.trimStart().slice(0, end))
    return true
  } catch {
    return false
  }
}

function arrayItems(text: string): JsonItems {
  if (text.length > limits.recordBytes) return sliced(text)
  const values = parse(text) as unknown[]
  checkCount(values.length)
  let bounds: number[] | undefined
  return {
    count: values.length,
    value: (index) => values[index],
    text(index) {
      bounds ??= splitArray(text)
      return text.slice(bounds[2 * index], bounds[2 * index + 1])
    },
  }
}

/** A large body is parsed record by record: what millions of tiny values would take of memory is bounded by the size of a record. */
function sliced(text: string): JsonItems {
  const bounds = splitArray(text)
  const slice = (index: number) => text.slice(bounds[2 * index], bounds[2 * index + 1])
  return { count: bounds.length / 2, value: (index) => parse(checkSize(slice(index))), text: slice }
}

function lineItems(text: string): JsonItems {
  const lines = splitLines(text)
  let good = 0
  const value = (index: number) => {
    const line = checkSize(lines[index]!)
    try {
      const parsed: unknown = JSON.parse(line)
      good += 1
      return parsed
    } catch {
      if (index === lines.length - 1 && !good) throw notJson()
      throw new Refusal('malformed', 'This line is not JSON')
    }
  }
  return { count: lines.length, value, text: (index) => lines[index]! }
}

/** Without the blank ones. */
function splitLines(text: string): string[] {
  const lines: string[] = []
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const line = text.slice(start, end)
    if (/[^ \t\r]/.test(line)) lines.push(line)
    checkCount(lines.length)
    start = end + 1
  }
  return lines
}

function oneItem(text: string): JsonItems {
  return { count: 1, value: () => parse(checkSize(text)), text: () => text }
}

function checkSize(text: string): string {
  if (text.length * 3 > limits.recordBytes && Buffer.byteLength(text) > limits.recordBytes) {
    throw new Refusal('record_too_large', `A record may have at most ${limits.recordBytes} bytes`)
  }
  return text
}
