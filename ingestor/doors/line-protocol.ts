import { Refusal } from '../refusals'

export interface Point {
  measurement: string
  tags: [string, string][]
  /** Numbers, and 1 or 0 for booleans: texts are left out. */
  fields: [string, number][]
  /** Digits, as they were sent; absent where there is none. */
  time?: string
}

type Line = { text: string } & ({ point: Point } | { refusal: Refusal })

/** The lines of a body in InfluxDB's line protocol, one after the other, without blank ones and comments. */
export function* pointsOf(body: string): Generator<Line> {
  for (let start = 0; start < body.length;) {
    const end = endOfLine(body, start)
    const text = body.slice(start, end).trim()
    start = end + 1
    if (!text || text.startsWith('#')) continue
    try {
      yield { text, point: pointOf(text) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      yield { text, refusal: error }
    }
  }
}

/** A line may break inside of a quoted field: quotes count from the first space that is not escaped. */
function endOfLine(body: string, start: number): number {
  let isQuoted = false
  let isFields = false
  for (let position = start; position < body.length; position++) {
    const character = body[position]
    if (character === '\n' && !isQuoted) return position
    if (character === '\\' && body[position + 1] !== '\n') position += 1
    else if (character === ' ' && !isQuoted) isFields = body[start] !== '#'
    else if (character === '"' && isFields && (isQuoted || body[position - 1] === '=')) isQuoted = !isQuoted
  }
  return body.length
}

const broken = () => new Refusal('malformed', 'unable to parse this line')

function pointOf(text: string): Point {
  let position = 0

  /** Up to one of `stops`; a backslash takes their meaning from them, and stays itself before anything else. */
  function token(stops: string): string {
    let read = ''
    for (; position < text.length && !stops.includes(text[position]!); position++) {
      if (text[position] === '\\' && ', ='.includes(text[position + 1] ?? 'x')) position += 1
      read += text[position]
    }
    return read
  }

  function pair(): [string, string] {
    const name = token('=, ')
    if (!name || text[position] !== '=') throw broken()
    position += 1
    return [name, text[position] === '"' ? quoted() : token(', ')]
  }

  function quoted(): string {
    const opening = position
    for (position += 1; position < text.length && text[position] !== '"'; position++) if (text[position] === '\\') position += 1
    if (position >= text.length) throw broken()
    position += 1
    return text.slice(opening, position)
  }

  const point: Point = { measurement: token(', '), tags: [], fields: [] }
  if (!point.measurement) throw broken()
  while (text[position] === ',') {
    position += 1
    const name = token('=, ')
    if (!name || text[position] !== '=') throw broken()
    position += 1
    point.tags.push([name, token(', ')])
  }
  if (text[position] !== ' ') throw broken()
  do {
    position += 1
    while (text[position] === ' ') position += 1
    const [name, value] = pair()
    const number = numberOf(value)
    if (number !== undefined) point.fields.push([name, number])
  } while (text[position] === ',')
  const time = text.slice(position).trim()
  if (time && !/^-?\d{1,19}$/.test(time)) throw broken()
  return time ? { ...point, time } : point
}

/** Undefined for a text. An integer past 2^53 is rounded. Throws a Refusal. */
function numberOf(value: string): number | undefined {
  if (value.startsWith('"')) return undefined
  if (/^(t|T|true|True|TRUE)$/.test(value)) return 1
  if (/^(f|F|false|False|FALSE)$/.test(value)) return 0
  if (!/^(-?\d+[iu]|[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)$/.test(value)) throw broken()
  return Number(value.replace(/[iu]$/, ''))
}
