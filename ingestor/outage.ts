import { log } from '../src/core/log'
import { tellOfPooler } from '../src/core/pooler'
import { describe } from '../src/core/problem'

/** Whether the database takes what arrives, as far as the last attempts tell. */
export function openOutage() {
  let isAway = false
  let whenBegun = () => {}
  return {
    isAway: () => isAway,
    begin(error: unknown) {
      if (!isAway) log.warn({ error: describe(error) }, 'records cannot be stored just now')
      isAway = true
      tellOfPooler(error)
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
