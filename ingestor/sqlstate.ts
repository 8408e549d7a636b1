import { isOfSession } from '../src/core/pooler'
import { codeOf } from '../src/core/problem'

/**
 * What the SQLSTATE of a failure says (PostgreSQL's manual, appendix A), as far as it decides what becomes of records. Only the first list is held
 * against a record. Whatever stands on no list says nothing about it: it is kept in the spool, or its sender is told to come again.
 */
const data = new Set([
  '22001', // too long
  '22003', // number out of range
  '22007', // no time
  '22008', // time out of range
  '22021', // bytes that are no characters
  '22032', // no JSON
  '22P02', // text that is not of its type
  '22P05', // character that cannot be kept
  '23502', // null
  '23503', // what it refers to is gone
  '23505', // there already, under a key that is not expected to meet
  '23514', // check
])

/** Two transactions got in each other's way: serialization failure, deadlock. */
const contention = new Set(['40001', '40P01'])

/**
 * The server and we no longer agree on what this connection holds: transactions that are none or have failed (class 25, a standby's included),
 * prepared statements that were made for what a table was before. With those that are gone or there already its session is another.
 */
const connection = /^(25...|0A000)$/

/** Connections (08), an end of the server or of its process (57P): it did not answer the question. */
const answer = /^(?!08|57P)[0-9A-Z]{5}$/

export const isOfData = (error: unknown) => data.has(codeOf(error))
export const isContention = (error: unknown) => contention.has(codeOf(error))
/** There already, under a key that was taken to be new. */
export const isRepeated = (error: unknown) => codeOf(error) === '23505'
export const isOfConnection = (error: unknown) => connection.test(codeOf(error)) || isOfSession(codeOf(error))
/** The database is there, whatever it says. */
export const isAnswer = (error: unknown) => answer.test(codeOf(error))
/** Also where there was no room for it (class 53) a connection is as good as before. */
export const isStillGood = (error: unknown) => isOfData(error) || isContention(error) || codeOf(error).startsWith('53')
