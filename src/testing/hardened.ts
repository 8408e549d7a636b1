import { expect } from 'bun:test'

// What the answers and routes of both planes are held to.

const onEverything = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
}

export const directives = (reply: Response) =>
  Object.fromEntries(
    reply.headers
      .get('content-security-policy')!
      .split('; ')
      .map((directive) => [directive.split(' ')[0]!, directive.split(' ').slice(1).join(' ')]),
  )

export function expectHardened(reply: Response) {
  expect(Object.fromEntries(reply.headers)).toMatchObject(onEverything)
  expect(directives(reply)).toMatchObject({ 'base-uri': "'none'", 'object-src': "'none'", 'frame-ancestors': "'none'" })
  expect(directives(reply)['script-src'] ?? '').not.toContain('unsafe')
  expect(reply.headers.get('permissions-policy')).toContain('camera=()')
  expect(reply.headers.get('x-powered-by')).toBeNull()
  expect(reply.headers.get('server')).toBeNull()
}

/** What a page of another site can send without asking, and what only looks like JSON. */
export const foreignBodies = [
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/xml',
  'text/json',
]

export interface Schema {
  type?: string
  format?: string
  pattern?: string
  enum?: unknown
  const?: unknown
  maxLength?: number
  maxItems?: number
  items?: Schema
  properties?: Record<string, Schema>
  anyOf?: Schema[]
  allOf?: Schema[]
}

/** Where a schema takes text or lists of any length. */
export function unbounded(schema: Schema | undefined, path = ''): string[] {
  if (!schema) return []
  const open =
    (schema.type === 'string' &&
      schema.maxLength === undefined &&
      schema.const === undefined &&
      !schema.enum &&
      !schema.format &&
      !/^\^.*\$$/.test(schema.pattern ?? '')) ||
    (schema.type === 'array' && schema.maxItems === undefined)
  const inner = [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) => unbounded(part, `${path}/${name}`)),
    ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap((part) => unbounded(part, path)),
    ...unbounded(schema.items, `${path}/-`),
  ]
  return open ? [path, ...inner] : inner
}
