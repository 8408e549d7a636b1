import { checkInstant } from '../instant'
import { limits } from '../limits'
import { Refusal, tooLarge } from '../refusals'
import { openEntries } from './entries'

/** The labels of one series: names, values, and a text that two series share only if they have the same. */
interface Labels {
  names: string[]
  values: string[]
  key: string
}

const nameForm = /^[A-Za-z_][\w.:/-]*$/

/** A name as layouts have it: other characters become `_`, and one is put before a digit. */
const nameOf = (name: string) => (nameForm.test(name) ? name : name.replace(/[^\w.:/-]/g, '_').replace(/^(?=[^A-Za-z_])/, '_'))

/** Empty values are no labels. Throws a Refusal. */
export function labelsOf(pairs: [string, string][]): Labels {
  const own = pairs.flatMap(([name, value]): [string, string][] => (value === '' ? [] : [[nameOf(name), value]]))
  if (own.length > limits.labels) throw new Refusal('too_many_labels', `A record may have at most ${limits.labels} labels`)
  const sorted = own.sort(([a], [b]) => (a < b ? -1 : 1))
  const names = sorted.map(([name]) => name)
  if (new Set(names).size < names.length) throw new Refusal('duplicate_label', 'Two labels have the same name')
  return { names, values: sorted.map(([, value]) => value), key: JSON.stringify(sorted) }
}

/** A frame in the making. */
interface Group {
  metrics: Map<string, number>
  entry: { draft: { at: number; names: string[]; values: unknown[] } }
}

/** Collects single values into frames: those of one moment and the same labels are one. What is collected depends on the body alone, so that a body sent again is the same records. */
export function openReadings() {
  const entries = openEntries()
  const groups = new Map<string, Group>()
  const all: Group[] = []
  let count = 0

  /** NaN is no value, and left out. `at` is in epoch milliseconds. */
  function add(at: number, labels: Labels, given: string, value: number) {
    if (Number.isNaN(value)) return
    if ((count += 1) > limits.doorValues) throw tooLarge(`A request may have at most ${limits.doorValues} values`)
    const metric = nameOf(given)
    try {
      if (!given) throw new Refusal('name_required', 'A value must have a name')
      if (metric.length > limits.nameCharacters)
        throw new Refusal('invalid_data', `A name may have at most ${limits.nameCharacters} characters`)
      if (!Number.isFinite(value)) throw new Refusal('number_out_of_range', 'A number is outside of the range of a double')
      checkInstant(at)
      put(at, labels, metric, value)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      entries.refuse(error, { kind: 'telemetry', at, labels: labels.key, name: metric, value: String(value) })
    }
  }

  function put(at: number, labels: Labels, metric: string, value: number) {
    const key = `${at} ${labels.key}`
    let group = groups.get(key)
    const before = group?.metrics.get(metric)
    if (before === value) return
    if (before !== undefined) throw new Refusal('duplicate_value', 'The same series has two values for one moment')
    if (!group || group.metrics.size >= limits.metrics) {
      group = { metrics: new Map(), entry: { draft: { at, names: labels.names, values: labels.values } } }
      groups.set(key, group)
      all.push(group)
      entries.add(group.entry)
    }
    group.metrics.set(metric, value)
  }

  function items() {
    for (const { metrics, entry } of all) finish(metrics, entry.draft)
    return entries.items()
  }

  return { add, refuse: entries.refuse, items }
}

/** Numbers stand before labels, always: a layout is recognized by the order of its fields. */
function finish(metrics: Map<string, number>, draft: Group['entry']['draft']) {
  draft.names = [...metrics.keys(), ...draft.names]
  draft.values = [...metrics.values(), ...draft.values]
}
