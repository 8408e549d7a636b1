import { log } from './log'
import { codeOf } from './problem'

/** What was prepared on a connection is not there (SQLSTATE 26000), or something else is (42P05): its session is not kept. */
export const isOfSession = (code: string) => code === '26000' || code === '42P05'

let isTold = false

/** Says in the log what mixes sessions, once: it is so until somebody has changed what stands in between, and started this anew. */
export function tellOfPooler(error: unknown) {
  if (isTold || !isOfSession(codeOf(error))) return
  isTold = true
  log.warn('the connection to the database does not keep its session, as behind PgBouncer in another mode than pool_mode = session')
}
