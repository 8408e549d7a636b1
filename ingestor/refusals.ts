import { Problem } from '../src/core/problem'
import { closedProblem } from '../src/core/tenant-state'
import { limits } from './limits'
import type { Reason } from './reasons'

/** Why one record is not stored: a stable word and a sentence that repeats nothing of the record but names of known fields. */
export class Refusal extends Error {
  constructor(
    readonly error: Reason,
    detail: string,
  ) {
    super(detail)
  }
}

export const unfit = (detail: string) => new Refusal('invalid_data', detail)

export const malformed = (detail: string) => new Problem(400, 'malformed', detail)
export const tooLarge = (detail: string) => new Problem(413, 'too_large', detail)
export const busy = (detail: string) => new Problem(503, 'unavailable', detail, { retryAfterSeconds: limits.retryAfterSeconds })
/** What is closed may open again: who sends keeps what he has. Where it is for good, he need not come again. */
export const closed = (status: string) => {
  const { status: code, error, message } = closedProblem(status)!
  return ['offboarding', 'deleted'].includes(status)
    ? new Problem(code, error, message)
    : new Problem(503, error, message, { retryAfterSeconds: limits.closedRetrySeconds })
}

export const away = () => busy('The database cannot be reached just now')
export const unknownKey = () => new Problem(401, 'unauthenticated', 'The device key is missing, unknown or revoked')
