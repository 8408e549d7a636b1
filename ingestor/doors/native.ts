import { problemResponse } from '../../src/core/problem'
import { answerOf } from '../answers'
import { decode } from '../decode'
import { limits } from '../limits'
import { type Door, keyOf } from './door'

/** Bytes that are not UTF-8 become U+FFFD: a device with one broken text does not lose the rest of its batch. */
const decoder = new TextDecoder()

/** POST /v1/ingest. */
export const native: Door = {
  mostBytes: limits.inflatedBytes,
  isVerbatim: true,
  keyOf,
  read: (bytes, request) => decode(decoder.decode(bytes), request.headers.get('content-type')),
  answer: answerOf,
  refuse: problemResponse,
}
