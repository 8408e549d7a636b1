import postgres from 'postgres'
import { openListener } from '../src/core/listener'
import { log } from '../src/core/log'
import { codeOf } from '../src/core/problem'
import { driverOptions } from './connect'

interface Hearer {
  tell: (payload: string) => Promise<unknown>
  forget: (key: string) => void
  replay: (tenant_id: string) => void
  lost: () => void
}

/** Hears which keys changed and whose refused records shall be examined again. What was missed while it was not heard is forgotten as a whole. */
export function listenForSignals(databaseUrl: string, { tell, forget, replay, lost }: Hearer) {
  const hear = (payload: string) => {
    for (const line of payload.split('\n')) {
      if (line.startsWith('devices ')) forget(line.slice('devices '.length))
      if (line.startsWith('replays ')) replay(line.slice('replays '.length))
    }
  }
  const listener = openListener({ open: () => postgres(databaseUrl, driverOptions), tell, hear, lost })
  listener.ready.catch((error: unknown) => log.warn({ code: codeOf(error) }, 'the database cannot be reached yet'))
  return listener
}
