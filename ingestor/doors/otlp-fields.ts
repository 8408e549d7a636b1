import { checkInstant } from '../instant'
import { Refusal, malformed } from '../refusals'

/** A message of OTLP in the form of its JSON. */
export type Message = Record<string, unknown>

const isMessage = (given: unknown): given is Message => typeof given === 'object' && given !== null && !Array.isArray(given)

export function messageOf(given: unknown): Message {
  if (given === undefined || given === null) return {}
  if (!isMessage(given)) throw malformed('The body is not of the form of OTLP')
  return given
}

export function listOf(given: unknown): unknown[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given)) throw malformed('The body is not of the form of OTLP')
  return given
}

export const textOf = (given: unknown) => (typeof given === 'string' ? given : '')

/** Undefined where there is none. 64-bit integers are texts in JSON, and rounded past 2^53. Throws a Refusal. */
export function numberOf(given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'number') return given
  if (typeof given === 'string' && /^(-?\d+(\.\d+)?([eE][-+]?\d+)?|NaN|-?Infinity)$/.test(given)) return Number(given)
  throw new Refusal('malformed', 'A number of this record cannot be read')
}

/** The digits of a time_unix_nano; empty where it is zero or none. */
export function nanosOf(given: unknown): string {
  const text = typeof given === 'number' ? String(given) : textOf(given)
  return /^\d{1,20}$/.test(text) && !/^0+$/.test(text) ? text : ''
}

/** In epoch milliseconds. Throws a Refusal. */
export const instantOf = (nanos: string): number => checkInstant(Number(BigInt(nanos) / 1_000_000n))
