import { bytesOf, hashOf } from '../src/core/secrets'
import { cleanText } from './canonical'
import { idFrom } from './ids'
import { limits } from './limits'
import { Refusal, unfit } from './refusals'

/** The ordered metric names and the labels of a frame: stored once a tenant, so that a frame holds only numbers. */
export interface Layout {
  id: string
  idBytes: Buffer
  hash: string
  metrics: string[]
  labels: Record<string, string>
  /** Where the value of each metric stands among the fields as they were sent. */
  columns: Uint16Array
  /** In epoch milliseconds: the database is known to have it, and keeps it at least for frames up to then. */
  keptUntil: number
  /** By `performance.now()`; it was not there then. */
  lookedForAt: number
}

/** Of one that nobody knows yet. */
export const unknown = { keptUntil: Number.NEGATIVE_INFINITY, lookedForAt: Number.NEGATIVE_INFINITY }

export const isKnown = ({ keptUntil }: Layout) => keptUntil > Number.NEGATIVE_INFINITY

export const nameForm = /^[A-Za-z_][\w.:/-]*$/

/** The layout of telemetry fields, in whatever order they were sent. Throws a Refusal for names and labels that are not allowed. */
export function describeLayout(tenant_id: string, names: string[], values: unknown[]): Layout {
  for (const name of names) {
    if (name.length > limits.nameCharacters || !nameForm.test(name)) {
      throw unfit(`Names must begin with a letter and have at most ${limits.nameCharacters} letters, digits or _ . : / -`)
    }
  }
  const order = names.map((_, index) => index).sort((a, b) => (names[a]! < names[b]! ? -1 : 1))
  const columns = order.filter((index) => typeof values[index] === 'number')
  const labels = order
    .filter((index) => typeof values[index] === 'string')
    .map((index) => [names[index]!, labelOf(values[index] as string)] as const)
  if (!columns.length) throw unfit('telemetry must hold at least one number')
  if (columns.length > limits.metrics) throw new Refusal('too_many_metrics', `A record may have at most ${limits.metrics} metrics`)
  if (labels.length > limits.labels) throw new Refusal('too_many_labels', `A record may have at most ${limits.labels} labels`)
  const metrics = columns.map((index) => names[index]!)
  const hash = hashOf(JSON.stringify([metrics, labels]))
  const id = idFrom(tenant_id, hash)
  return { id, idBytes: bytesOf(id), hash, metrics, labels: Object.fromEntries(labels), columns: Uint16Array.from(columns), ...unknown }
}

function labelOf(value: string): string {
  if (value.length > limits.labelCharacters) throw unfit(`A label may have at most ${limits.labelCharacters} characters`)
  return cleanText(value)
}
