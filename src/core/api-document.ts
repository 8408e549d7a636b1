import { OptionalKind } from '@sinclair/typebox'
import { toOpenAPISchema } from '@elysiajs/openapi'
import { type AnyElysia, Elysia } from 'elysia'
import { type Answer, etagHeader, headersOfRequest, openProblems, together } from './api-problems'
import { type Parameter, described, plainly } from './api-schemas'
import type { Refusals } from './words'

// The OpenAPI document (3.1) of an application: what the framework reads from the routes, completed by what holds for all of them.

export interface Operation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema?: { [OptionalKind]?: string } }> }
  responses?: Record<string, Answer>
  'x-permission'?: string
  'x-signed-in'?: boolean
  'x-device'?: boolean
  'x-internal'?: boolean
  'x-staff'?: boolean
  'x-webhook'?: boolean
  'x-refuses'?: Refusals
}
type PathItem = Record<string, Operation>
/** What the guard of an operation refuses. */
type RefusedBy = (method: string, operation: Operation) => Refusals
interface About {
  info: { title: string; version: string; description: string }
  securitySchemes: object
  /** Paths that another program serves; what they refuse is written as what the routes refuse. */
  elsewhere?: (answersTo: (refused: Refusals) => Record<string, Answer>) => object
}

/** Serves it at `/api/docs/json`. */
export function apiDocument(about: About, refusedBy: RefusedBy) {
  const plugin = new Elysia({ name: 'api document' })
  let made: object | undefined
  return plugin.get('/api/docs/json', () => (made ??= documentOf(plugin, about, refusedBy)), { detail: { hide: true } })
}

function documentOf(app: AnyElysia, { info, securitySchemes, elsewhere }: About, refusedBy: RefusedBy) {
  const problems = openProblems()
  const read = toOpenAPISchema(withoutReaders(app), { staticFile: false }).paths as Record<string, PathItem>
  const paths = Object.entries(read).map(([path, item]) => {
    const operations = Object.entries(item).map(([verb, one]) => {
      const [method, operation] = verb === 'ws' ? (['get', handshake(one)] as const) : ([verb, one] as const)
      const refused = together(refusedAnywhere(method, path, operation), refusedBy(method, operation), operation['x-refuses'] ?? {})
      return [method, completed(operation, refused, problems.answersTo(refused))]
    })
    return [withoutSlash(path), withTags(Object.fromEntries(operations) as PathItem)]
  })
  const all = { ...Object.fromEntries(paths), ...elsewhere?.(problems.answersTo) } as object
  return plainly({ openapi: '3.1.2', info, paths: all, components: { securitySchemes, ...problems.components() } })
}

interface Routes {
  getGlobalRoutes: () => { hooks: object }[]
}

/** What reads bodies is left out: the framework would tell of that, and not of what is read. */
function withoutReaders(app: AnyElysia) {
  const routes = (app as unknown as Routes).getGlobalRoutes().map((route) => ({ ...route, hooks: { ...route.hooks, parse: undefined } }))
  return { getGlobalRoutes: () => routes } as unknown as AnyElysia
}

/** A socket is opened by a GET (RFC 6455 section 4.1), of which the framework makes a method of its own. */
const handshake = (operation: Operation): Operation => ({ ...operation, responses: { 101: { description: 'The socket is open' } } })

/** The server takes either; people write it without. */
const withoutSlash = (path: string) => path.replace(/(.)\/$/, '$1')

const refusedAnywhere = (method: string, path: string, { parameters, requestBody }: Operation): Refusals =>
  together(
    { 500: ['internal'], 503: ['unavailable'] },
    method === 'get' ? {} : { 409: ['conflict'] },
    path.includes('{') ? { 404: ['not_found'] } : {},
    parameters ? { 422: ['invalid'] } : {},
    requestBody ? refusedBodies : {},
  )

const refusedBodies: Refusals = {
  400: ['malformed'],
  413: ['too_large'],
  415: ['unsupported_encoding', 'unsupported_media_type'],
  422: ['invalid'],
}

function completed(operation: Operation, refused: Refusals, problems: Record<string, Answer>): Operation {
  const { 'x-refuses': _told, parameters = [], requestBody, responses = nothing, ...rest } = operation
  const all = [...parameters.map((one) => described(one)), ...headersOfRequest(refused)]
  return {
    ...rest,
    ...(all.length && { parameters: all }),
    ...(requestBody && { requestBody: bodyOf(requestBody) }),
    responses: { ...named(responses), ...problems },
  }
}

/** Of the spellings of a body that the framework reads JSON alone is taken. Each is asked for, as it says, but where its schema is optional. */
function bodyOf({ content }: NonNullable<Operation['requestBody']>) {
  const [read] = Object.values(content)
  return { required: !read?.schema?.[OptionalKind], content: { 'application/json': read! } }
}

const nothing = { 204: { description: 'Done; there is nothing to say' } }
const meanings: Record<string, string> = { 200: 'OK', 201: 'Created', 202: 'Accepted: it is done later', 302: 'Found: leads on' }

/** The framework says of each answer that it is one. */
const named = (responses: Record<string, Answer>) =>
  Object.fromEntries(
    Object.entries(responses).map(([status, { description, ...answer }]) => [
      status,
      { description: description?.startsWith('Response for') ? (meanings[status] ?? status) : (description ?? ''), ...answer },
    ]),
  )

/** What is changed with If-Match is answered with the ETag for it. */
function withTags(item: PathItem): PathItem {
  const operations = Object.values(item)
  if (!operations.some(({ responses }) => responses?.[412])) return item
  for (const { responses } of operations) if (responses?.[200]) responses[200] = { ...responses[200], headers: etagHeader }
  return item
}
