/** As much of a route's schema as is needed to make something that fits. */
export interface Schema {
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  anyOf?: Schema[]
  items?: Schema
  const?: unknown
  format?: string
  minimum?: number
  minItems?: number
}

const days = [1, 2].map((day) => new Date(Date.now() + day * 86_400_000).toISOString())

/** The least that a schema takes. */
export function sampleOf(schema: Schema | undefined, of?: string): unknown {
  if (!schema) return {}
  if ('const' in schema) return schema.const
  if (schema.anyOf) return sampleOf(schema.anyOf.find(({ type }) => type === 'string' || type === 'array') ?? schema.anyOf[0], of)
  if (schema.type === 'object')
    return Object.fromEntries((schema.required ?? []).map((name) => [name, sampleOf(schema.properties![name], name)]))
  if (schema.type === 'array') return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items, of))
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  if (schema.type === 'boolean') return true
  if (schema.format === 'uuid') return Bun.randomUUIDv7()
  if (schema.format === 'email') return `${Bun.randomUUIDv7()}@test.example`
  if (schema.type === 'Date' || schema.format?.startsWith('date')) return of === 'to' ? days[1] : days[0]
  return of === 'scopes' ? 'devices.read' : 'sample'
}
