import { limits } from './limits'
import { Refusal, unfit } from './refusals'

/** PostgreSQL keeps no NUL in text, and half a surrogate pair is not Unicode: the one is refused, the other becomes U+FFFD. */
export function cleanText(text: string): string {
  if (text.includes('\0')) throw new Refusal('invalid_text', 'Text must not hold a NUL character')
  return text.isWellFormed() ? text : text.toWellFormed()
}

/**
 * JSON with sorted names: the same data gives the same text, and so the same key. Throws a Refusal for what PostgreSQL would not take or
 * would change: NUL, numbers past the range of a double, too many levels. `level` counts from the record itself.
 */
export function canonicalJson(value: unknown, level = 2): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(cleanText(value))
    case 'number':
      if (!Number.isFinite(value)) throw new Refusal('number_out_of_range', 'A number is outside of the range of a double')
      return JSON.stringify(value)
    case 'object':
      return value === null ? 'null' : nested(value, level)
    default:
      return JSON.stringify(value) ?? 'null'
  }
}

function nested(value: object, level: number): string {
  if (level > limits.depth) throw new Refusal('too_deep', `A record may have at most ${limits.depth} levels`)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, level + 1)).join(',')}]`
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  const parts = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => `${JSON.stringify(cleanText(name))}:${canonicalJson(item, level + 1)}`)
  return `{${parts.join(',')}}`
}

export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The text of a field, undefined where it is absent, null or empty. */
export function textOf(data: Fields, name: string, mostCharacters: number): string | undefined {
  const value = Object.hasOwn(data, name) ? data[name] : undefined
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string' || value.length > mostCharacters)
    throw unfit(`${name} must be text of at most ${mostCharacters} characters`)
  return cleanText(value)
}
