import { queryOptions } from '@tanstack/react-query'
import { problemFrom } from '@/lib/problem'

export type Schema = {
  $ref?: string
  title?: string
  type?: string | string[]
  format?: string
  pattern?: string
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  /** None beyond those of a tuple. */
  items?: Schema | false
  anyOf?: Schema[]
  allOf?: Schema[]
  oneOf?: Schema[]
  const?: unknown
  enum?: unknown[]
  default?: unknown
  examples?: unknown[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  additionalProperties?: Schema | boolean
}
type Content = Record<string, { schema?: Schema }>
type Parameter = {
  name: string
  in: 'path' | 'query' | 'header' | 'cookie'
  required?: boolean
  schema?: Schema
  description?: string
}
type Answer = { $ref?: string; content?: Content }
type Described = {
  tags?: string[]
  summary?: string
  description?: string
  security?: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: { content?: Content }
  responses?: Record<string, Answer>
  servers?: { url: string }[]
  'x-permission'?: string
}
type Scheme = { type: string; scheme?: string; in?: string; name?: string; description?: string }
type ApiDocument = {
  info: { version: string }
  paths: Record<string, Record<string, Described>>
  components: { securitySchemes: Record<string, Scheme>; schemas?: Record<string, Schema>; responses?: Record<string, Answer> }
}

export type Operation = {
  id: string
  method: string
  path: string
  /** Where another program serves it. */
  server?: string
  tag: string
  summary: string
  description?: string
  permission?: string
  /** Any one of these opens it; without them it is open to all. */
  schemes: string[]
  parameters: Parameter[]
  body?: Schema
  answers: { status: string; schema?: Schema }[]
  /** Refusals by status: each word, and what it means. */
  problems: { status: string; words: { word: string; meaning: string }[] }[]
  isSocket: boolean
}
export type Reference = { version: string; operations: Operation[]; schemes: Record<string, Scheme>; schemas: Record<string, Schema> }

const schemaOf = (content: Content | undefined) => Object.values(content ?? {})[0]?.schema

const wordsOf = ({ content }: Answer) =>
  (content?.['application/problem+json']?.schema?.allOf?.[1]?.properties?.error?.oneOf ?? []).map(({ const: word, description = '' }) => ({
    word: String(word),
    meaning: description,
  }))

function referenceOf({ info, paths, components }: ApiDocument): Reference {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, described]): Operation => {
      const method = name.toUpperCase()
      const answers = Object.entries(described.responses ?? {}).map(([status, { $ref, ...answer }]) => ({
        status,
        answer: components.responses?.[$ref?.split('/').at(-1) ?? ''] ?? answer,
      }))
      return {
        id: `${method} ${path}`,
        method,
        path,
        server: described.servers?.[0]?.url,
        tag: described.tags?.[0] ?? '',
        summary: described.summary ?? path,
        description: described.description,
        permission: described['x-permission'],
        schemes: (described.security ?? []).flatMap((one) => Object.keys(one)),
        parameters: described.parameters ?? [],
        body: schemaOf(described.requestBody?.content),
        answers: answers
          .filter(({ answer }) => wordsOf(answer).length === 0)
          .map(({ status, answer: { content } }) => ({ status, schema: schemaOf(content) })),
        problems: answers.map(({ status, answer }) => ({ status, words: wordsOf(answer) })).filter(({ words }) => words.length > 0),
        isSocket: described.responses?.['101'] !== undefined,
      }
    }),
  )
  return { version: info.version, operations, schemes: components.securitySchemes, schemas: components.schemas ?? {} }
}

/** What the server says of its own routes. */
export const referenceQuery = queryOptions({
  queryKey: ['api-reference'],
  queryFn: async () => {
    const reply = await fetch('/api/docs/json')
    if (!reply.ok) throw problemFrom(reply.status, await reply.json(), reply)
    return referenceOf((await reply.json()) as ApiDocument)
  },
  staleTime: Infinity,
})

/** Every word that is typed occurs in it. */
export function matches({ method, path, summary, permission = '', tag }: Operation, search: string): boolean {
  const text = `${method} ${path} ${summary} ${permission} ${tag}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

export function resolved(schema: Schema, schemas: Record<string, Schema>): Schema {
  return schema.$ref ? (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema
}

/** A body to begin with: what must be there, with something that shows its type. */
export function exampleOf(schema: Schema, schemas: Record<string, Schema>): unknown {
  const whole = resolved(schema, schemas)
  const { type, properties, required = [], items, anyOf, default: value, const: only, enum: some, examples, format } = whole
  if (examples) return examples[0]
  if (only !== undefined) return only
  if (value !== undefined) return value
  if (some) return some[0]
  if (anyOf) return exampleOf(anyOf[0] ?? {}, schemas)
  const kind = [type].flat().find((name) => name !== 'null')
  if (kind === 'object' || properties)
    return Object.fromEntries(required.map((name) => [name, exampleOf(properties?.[name] ?? {}, schemas)]))
  if (kind === 'array') return items ? [exampleOf(items, schemas)] : []
  if (kind === 'integer' || kind === 'number') return 0
  if (kind === 'boolean') return false
  return format === 'date-time' ? new Date().toISOString() : ''
}
