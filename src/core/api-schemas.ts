import { limits } from './limits'

interface Schema {
  type?: string | string[]
  enum?: unknown[]
  description?: string
  format?: string
  anyOf?: Schema[]
  items?: unknown
  prefixItems?: unknown
  nullable?: boolean
  additionalItems?: boolean
}

export interface Parameter {
  name: string
  in: string
  description?: string
  required?: boolean
  schema: Schema
}

/** Of parameters of a query that mean the same wherever they occur. */
const known: Record<string, string> = {
  limit: `rows of one page; ${limits.defaultPageRows} where it is not given`,
  cursor: 'next_cursor of the page before',
  search: 'words that occur in it',
  sort: 'the order of the rows',
  from: 'from this time on',
  to: 'before this time',
}
const endings: [RegExp, string][] = [
  [/_not$/, 'leaves out what has this, or one of these'],
  [/_contains$/, 'occurs in it, in whatever case'],
  [/_after$/, 'at this time or later'],
  [/_before$/, 'before this time'],
]

/** With what it says of itself, or what its name says. */
export function described(parameter: Parameter): Parameter {
  const { name, in: place, schema } = parameter
  const byName = () =>
    known[name] ?? endings.find(([ending]) => ending.test(name))?.[1] ?? (schema.type === 'array' ? 'one of these' : 'this alone')
  const description = schema.description ?? (place === 'query' ? byName() : undefined)
  return description ? { ...parameter, description } : parameter
}

/** As OpenAPI 3.1 has it: where the framework tells what it could read as well, or writes as drafts before 2020-12 do, what is written is told. */
export const plainly = (document: object) =>
  JSON.parse(JSON.stringify(document), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? plain(value) : value,
  ) as object

function plain({ nullable: _old, additionalItems: _too, ...schema }: Schema): Schema {
  const { anyOf, enum: some, items } = schema
  if (Array.isArray(items)) return { ...schema, prefixItems: items, items: false }
  if (some && schema.type?.includes('null')) return { ...schema, enum: [...some, null] }
  return anyOf ? written({ ...schema, anyOf }) : schema
}

/** Times, numbers and flags are read in several spellings. */
function written({ anyOf, ...rest }: Schema & { anyOf: Schema[] }): Schema {
  const [first, second, third] = anyOf
  const isTime = first?.format === 'date-time' && second?.format === 'date' && third?.type === 'number'
  if (isTime) return { ...rest, type: 'string', format: 'date-time' }
  const isSpelled = anyOf.length === 2 && first?.type === 'string' && spelled.has(first.format ?? '')
  return isSpelled ? { ...rest, ...second } : { ...rest, anyOf }
}

const spelled = new Set(['integer', 'numeric', 'boolean'])
