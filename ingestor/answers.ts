import { Problem } from '../src/core/problem'
import type { Unit } from './examine'
import { limits } from './limits'

/** What a request is told once what could be stored of it is stored; `added` counts what was not there yet. */
export function answerOf({ frames, records, rejected }: Unit, added: number, request_id: string): Response | undefined {
  if (!rejected.length) return undefined
  const listed = rejected.slice(0, limits.rejectedListed)
  const valid = frames + records.length
  if (!valid) {
    const errors = listed.map(({ index, detail }) => ({ path: `/${index}`, message: detail }))
    throw new Problem(422, 'no_valid_record', 'None of the records can be stored; each was kept with its reason', { errors })
  }
  const told = listed.map(({ index, error, detail }) => ({ index, error, detail }))
  return Response.json({ accepted: added, duplicates: valid - added, rejected: told }, { headers: { 'x-request-id': request_id } })
}
