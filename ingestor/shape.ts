import { rowOf } from './frames'
import type { Layout } from './layout'

/** What a gap holds: a number has its place in the row here, counted from 0. */
export const gap = { time: -1, id: -2 } as const

/** How a device writes the records of one layout: all but their time, their id and their numbers is the same, byte for byte. */
export interface Shape {
  /** Two shapes have the same only if they are the same. */
  key: string
  layout: Layout
  /** As `rowOf` makes it. */
  row: Buffer
  /** What stands around the gaps, one text after the other. */
  literal: Buffer
  /** The same bytes, to be compared four at a time. */
  literalWords: DataView
  /** Where the text before each gap ends in it. */
  ends: Uint32Array
  gaps: Int16Array
  /** The key of the shape that followed this one when it was last seen. */
  next: string
}

const open = /[ \t]*\{[ \t]*/y
const name = /("[^"\\]*")[ \t]*:[ \t]*/y
const scalar = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/y
const more = /[ \t]*([,}])[ \t]*/y

interface Gap {
  from: number
  to: number
  holds: number
}

/**
 * The shape of a record that is stored with this layout. Undefined where its text is not plain enough: on one line, `kind`, `timestamp`, `data` and
 * perhaps `id`, each once, and in `data` nothing but numbers and texts whose names are written without escapes.
 */
export function shapeOf(text: string, layout: Layout): Shape | undefined {
  let at = 0
  function read(form: RegExp): string | undefined {
    form.lastIndex = at
    const found = form.exec(text)
    if (!found) return undefined
    at = form.lastIndex
    return found[1] ?? found[0]
  }

  /** The names of an object's members, in order; `value` reads a value and says whether it may be one. */
  function readMembers(value: (name: string, index: number) => boolean): Set<string> | undefined {
    const names = new Set<string>()
    if (!read(open)) return undefined
    for (let end = ','; end === ',';) {
      const found = read(name)
      if (!found || names.has(found) || !value(found, names.size)) return undefined
      names.add(found)
      end = read(more) ?? ''
      if (!end) return undefined
    }
    return names
  }
  const gaps: Gap[] = []
  const columns = new Map([...layout.columns].map((field, column) => [field, column]))

  function readField(_: string, index: number): boolean {
    const from = at
    const written = read(scalar)
    const column = columns.get(index)
    if (column !== undefined) gaps.push({ from, to: at, holds: column })
    return written !== undefined && written.startsWith('"') === (column === undefined)
  }

  function readText(holds: number): boolean {
    const written = read(scalar)
    if (!written?.startsWith('"')) return false
    gaps.push({ from: at - written.length + 1, to: at - 1, holds })
    return true
  }

  const parts: Record<string, () => boolean> = {
    '"kind"': () => read(scalar) === '"telemetry"',
    '"timestamp"': () => readText(gap.time),
    '"id"': () => readText(gap.id),
    '"data"': () => readMembers(readField)?.size === columns.size + Object.keys(layout.labels).length,
  }
  const members = readMembers((part) => parts[part]?.() ?? false)
  const isWhole = members && ['"kind"', '"timestamp"', '"data"'].every((part) => members.has(part)) && at === text.length
  return isWhole ? made(text, layout, gaps) : undefined
}

function made(text: string, layout: Layout, gaps: Gap[]): Shape {
  const texts = gaps.map(({ from }, index) => Buffer.from(text.slice(gaps[index - 1]?.to ?? 0, from)))
  const last = Buffer.from(text.slice(gaps.at(-1)!.to))
  let end = 0
  const ends = Uint32Array.from(texts, ({ length }) => (end += length))
  const literal = Buffer.concat([...texts, last])
  const literalWords = new DataView(literal.buffer, literal.byteOffset, literal.byteLength)
  const key = `${layout.id} ${Bun.hash(literal).toString(36)} ${ends.join(' ')}`
  return { key, layout, row: rowOf(layout), literal, literalWords, ends, gaps: Int16Array.from(gaps, ({ holds }) => holds), next: '' }
}
