import postgres from 'postgres'
import { log } from '../src/core/log'
import { driverOptions } from './connect'
import { codeOf } from '../src/core/problem'

interface Hearer {
  forget: (key: string) => void
  replay: (tenant_id: string) => void
  lost: () => void
}

/** Hears which keys changed and whose refused records shall be examined again. The driver listens again by itself after a lost connection; what was missed in between is forgotten as a whole. */
export function listenForSignals(databaseUrl: string, { forget, replay, lost }: Hearer) {
  const client = postgres(databaseUrl, driverOptions)
  const hear = (payload: string) => {
    for (const line of payload.split('\n')) {
      if (line.startsWith('devices ')) forget(line.slice('devices '.length))
      if (line.startsWith('replays ')) replay(line.slice('replays '.length))
    }
  }
  client.listen('monozu', hear, lost).catch((error: unknown) => log.warn({ code: codeOf(error) }, 'the database cannot be reached yet'))
  return client
}
