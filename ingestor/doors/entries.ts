import type { Items } from '../decode'
import type { Draft } from '../draft'
import { limits } from '../limits'
import { type Refusal, tooLarge } from '../refusals'

type Entry = { draft: Draft } | { refusal: Refusal; text: string }

/** The records of a body that was read in one go, and those that could not be. */
export function openEntries() {
  const entries: Entry[] = []

  function add(entry: Entry) {
    if (entries.push(entry) > limits.records) throw tooLarge(`A request may have at most ${limits.records} records`)
  }

  /** `text` is what is kept of it. */
  function refuse(refusal: Refusal, text: unknown) {
    add({ refusal, text: typeof text === 'string' ? text : JSON.stringify(text) })
  }

  function draft(index: number): Draft {
    const entry = entries[index]!
    if ('refusal' in entry) throw entry.refusal
    return entry.draft
  }

  function text(index: number): string {
    const entry = entries[index]!
    if ('refusal' in entry) return entry.text
    const { at, ...rest } = entry.draft
    const timestamp = new Date(at).toISOString()
    if (!('names' in rest)) return JSON.stringify({ timestamp, ...rest })
    const { names, values } = rest
    const data = Object.fromEntries(names.map((name, place) => [name, values[place]]))
    // A label with the name of a metric has no place in the contract's form, so such a frame is kept to be read, not to be replayed.
    if (Object.keys(data).length < names.length) return JSON.stringify({ kind: 'telemetry', timestamp, names, values })
    return JSON.stringify({ kind: 'telemetry', timestamp, data })
  }

  return { add, refuse, items: (): Items => ({ count: entries.length, draft, text }) }
}
