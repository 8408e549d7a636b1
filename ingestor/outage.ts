import { log } from '../src/core/log'
import { describe } from '../src/core/problem'
import { isOfSession } from './sqlstate'

const mixed = 'the connection to the database does not keep its session, as behind PgBouncer in another mode than pool_mode = session'

/** Whether the database takes what arrives, as far as the last attempts tell. */
export function openOutage() {
  let isAway = false
  let isMixed = false
  let whenBegun = () => {}
  return {
    isAway: () => isAway,
    begin(error: unknown) {
      if (!isAway) log.warn({ error: describe(error) }, 'records cannot be stored just now')
      isAway = true
      // Once: it is so until somebody has changed what stands in between, and started this anew.
      if (!isMixed && isOfSession(error)) {
        isMixed = true
        log.warn(mixed)
      }
      whenBegun()
    },
    end() {
      if (isAway) log.info('records are stored again')
      isAway = false
    },
    onBegin: (told: () => void) => void (whenBegun = told),
  }
}

export type Outage = ReturnType<typeof openOutage>
