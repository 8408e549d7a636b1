interface Fault {
  path?: string
  message?: string
  value?: unknown
  schema?: Schema
}
interface Schema {
  anyOf?: Schema[]
  type?: string
  minimum?: number
  maximum?: number
}
const branches = (schema: Schema): Schema[] => [schema, ...(schema.anyOf ?? []).flatMap(branches)]

/** TypeBox's sentences and ours for them. None repeats a value; what holds a figure keeps it. */
const known: [RegExp, string][] = [
  [/^Expected required property$/, 'is required'],
  [/^Expected string length greater or equal to 1$/, 'is required'],
  [/^Expected string to match '\\S'$/, 'is required'],
  [/^Expected string length greater or equal to (\d+)$/, 'must have at least $1 characters'],
  [/^Expected string length less or equal to (\d+)$/, 'must have at most $1 characters'],
  [/^Expected array length to be greater or equal to (\d+)$/, 'must have at least $1 entries'],
  [/^Expected array length to be less or equal to (\d+)$/, 'must have at most $1 entries'],
  [/^Expected array elements to be unique$/, 'holds something twice'],
  [/^Expected (?:integer|number) to be greater or equal to (-?[\d.]+)$/, 'must be at least $1'],
  [/^Expected (?:integer|number) to be less or equal to (-?[\d.]+)$/, 'must be at most $1'],
  [/^Expected string to match 'email' format$/, 'must be an e-mail address'],
  [/^Expected string to match .*$/s, 'does not have the form that is wanted here'],
  [/^Unexpected property$/, 'is not known here'],
]
const otherwise = 'is not a value that is wanted here'
export const sentences = ['is required', otherwise, ...known.map(([, sentence]) => sentence)]

function told({ message = '', value, schema }: Fault): string {
  if (value === undefined) return 'is required'
  // The framework takes figures as text, too, and so has two schemas for each.
  const { minimum, maximum } = branches(schema ?? {}).find(({ type }) => type === 'integer') ?? {}
  if (minimum !== undefined)
    return maximum === undefined ? `must be at least ${minimum}` : `must be a whole number from ${minimum} to ${maximum}`
  const [pattern, sentence] = known.find(([theirs]) => theirs.test(message)) ?? []
  return pattern && sentence ? message.replace(pattern, sentence) : otherwise
}

/** What is wrong with a request that its route's schema does not fit: each field once, by the first thing that is wrong with it. */
export function faultsOf(all: Fault[]): { path: string; message: string }[] {
  const byPath = new Map<string, string>()
  for (const fault of all) if (!byPath.has(fault.path ?? '')) byPath.set(fault.path ?? '', told(fault))
  return [...byPath].slice(0, 50).map(([path, message]) => ({ path, message }))
}
