import { type Fields, cleanText, isFields } from './canonical'
import { readInstant } from './instant'
import { kinds } from './kinds'
import { limits } from './limits'
import { Refusal, unfit } from './refusals'

/** A record whose moment is known: telemetry as its fields (numbers, then or between them labels), or data of one of the other kinds. */
export type Draft = { at: number; names: string[]; values: unknown[] } | { at: number; kind: string; id?: string; data: Fields }

/** Of a record in the contract's form. Throws a Refusal. */
export function draftOf(item: unknown): Draft {
  if (!isFields(item)) throw new Refusal('invalid_record', 'A record must be an object')
  const { kind, data } = item
  const isKnown = typeof kind === 'string' && (kind === 'telemetry' || Object.hasOwn(kinds, kind))
  if (!isKnown) throw new Refusal('unknown_kind', `kind must be one of telemetry, ${Object.keys(kinds).join(', ')}`)
  const at = readInstant(item.timestamp)
  const id = idOf(item)
  if (!isFields(data)) throw unfit('data must be an object')
  return kind === 'telemetry' ? { at, names: Object.keys(data), values: Object.values(data) } : { at, kind, id, data }
}

function idOf({ id }: Fields): string | undefined {
  if (id === undefined || id === null) return undefined
  if (typeof id !== 'string' || !id || id.length > limits.idCharacters) {
    throw new Refusal('invalid_id', `id must be text of at most ${limits.idCharacters} characters`)
  }
  return cleanText(id)
}
