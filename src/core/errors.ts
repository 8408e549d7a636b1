import { Elysia } from 'elysia'
import { faultsOf } from './faults'
import { log } from './log'
import { isOfSession } from './pooler'
import { Problem, codeOf, describe, problemResponse } from './problem'
import { tell } from './request-log'
import { note, noteRoute } from './spans'

export { Problem, codeOf, describe }

export const notFound = (what: string) => new Problem(404, 'not_found', `This ${what} does not exist`)
export const invalid = (path: string, message: string) =>
  new Problem(422, 'invalid', 'The request does not fit', { errors: [{ path, message }] })
export const unavailable = () => new Problem(503, 'unavailable', 'The database cannot be reached just now', { retryAfterSeconds: 2 })

/** The name of the violated constraint, where there is one. */
export function constraintOf(error: unknown): string | undefined {
  const { cause, constraint_name } = (error ?? {}) as { cause?: { constraint_name?: string }; constraint_name?: string }
  return cause?.constraint_name ?? constraint_name
}

/** The database is away, restarting, full or too slow: worth trying again (PostgreSQL appendix A: classes 08, 53, 57). */
const away = /^(CONNECT|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|08|53|57)/

/** A value that passed as text but is none of its kind for PostgreSQL: a time beyond its calendar, a cursor of another list. */
const unreadable = /^22(003|007|008|009|P02)$/

function ofDatabase(code: string): Problem | undefined {
  if (away.test(code) || isOfSession(code)) return unavailable()
  if (code === '40001' || code === '40P01') return new Problem(409, 'conflict', 'Somebody else changed the same thing; try again')
  if (code === '23505') return new Problem(409, 'already_exists', 'Something with the same name or key exists already')
  if (code === '23503') return new Problem(422, 'invalid', 'The request refers to something that does not exist')
  if (code === '42501') return new Problem(403, 'forbidden', 'This is outside of what you may see or change')
  if (code === '22P05' || code === '22021') return new Problem(422, 'invalid', 'Text must not hold a NUL character')
  if (unreadable.test(code)) return new Problem(422, 'invalid', 'The request holds a number, time or id that is out of range')
  return undefined
}

/** What went wrong while a body was read comes inside of an error of the framework. */
const refusedIn = ({ cause }: { cause?: unknown }) => (cause instanceof Problem ? cause : undefined)

/** Elysia's own texts repeat submitted values, so none of them leaves: everything is told anew. */
function problemOf(code: string | number, error: unknown): Problem {
  if (error instanceof Problem) return error
  if (code === 'VALIDATION') {
    const errors = faultsOf((error as { all?: Parameters<typeof faultsOf>[0] }).all ?? [])
    return new Problem(422, 'invalid', 'The request does not fit', { errors })
  }
  if (code === 'NOT_FOUND') return new Problem(404, 'not_found', 'There is no such route')
  if (code === 'PARSE') return refusedIn(error as Error) ?? new Problem(400, 'malformed', 'The body cannot be read as JSON')
  if (code === 'INVALID_COOKIE_SIGNATURE') return new Problem(401, 'unauthenticated', 'Sign in first')
  return ofDatabase(codeOf(error)) ?? new Problem(500, 'internal', 'Something went wrong on our side')
}

const asHeaders = (headers: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))

/** The one place where an error becomes an answer, for ours and the framework's alike. */
export const errors = new Elysia({ name: 'errors' }).onError({ as: 'global' }, ({ code, error, set, request, route }) => {
  const problem = problemOf(code, error)
  const request_id = set.headers['x-request-id']
  set.status = problem.status
  tell(request, route, problem.status, request_id)
  noteRoute(route)
  note({ 'error.type': problem.error })
  if (problem.status === 500) log.error({ request_id, error: describe(error) }, 'unexpected error')
  return problemResponse(problem, request_id, asHeaders(set.headers))
})
