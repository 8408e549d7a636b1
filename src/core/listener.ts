import type postgres from 'postgres'
import { limits } from './limits'
import { log } from './log'

/** What every process of an installation listens on. */
export const channel = 'monozu'

interface Options {
  /** A client of its own: listening takes a connection to itself. */
  open: () => postgres.Sql
  /** Sends to all who listen, over another connection. */
  tell: (payload: string) => Promise<unknown>
  hear: (payload: string) => void
  /** On every (re)connect, when anything may have been missed. */
  lost: () => void
  /** How often it is tried whether what is told arrives. */
  pulseMs?: number
}

const ignore = () => {}

/**
 * LISTEN that does not fall silent unnoticed. The driver listens again by itself after a connection that ends; one that carries nothing more, as behind a
 * cut cable or a pooler that mixes sessions, does not end: hence it tells itself something now and then, and where that does not arrive by
 * the next time, it listens over a new connection.
 */
export function openListener({ open, tell, hear, lost, pulseMs = limits.signalPulseMs }: Options) {
  const pulse = `pulse ${crypto.randomUUID()}`
  let isExpected = false
  let isTelling = false
  let isSilent = false
  let client: postgres.Sql
  const ready = listen()
  const timer = setInterval(() => void beat(), pulseMs)
  timer.unref()

  function listen() {
    client = open()
    return client.listen(channel, (payload) => (payload === pulse ? heard() : hear(payload)), lost)
  }

  function heard() {
    isExpected = false
    if (isSilent) log.info('signals arrive again')
    isSilent = false
  }

  async function beat() {
    if (isTelling) return
    if (isExpected) return renew()
    isTelling = isExpected = true
    const told = tell(pulse).then(
      () => true,
      () => false,
    )
    // A database that does not answer says nothing about what it would tell.
    if (!(await Promise.race([told, Bun.sleep(pulseMs).then(() => false)]))) isExpected = false
    isTelling = false
  }

  function renew() {
    if (!isSilent) log.warn('signals do not arrive: listening over a new connection')
    isSilent = true
    isExpected = false
    client.end({ timeout: 0 }).catch(ignore)
    listen().catch(ignore)
  }

  return {
    /** Settled with the first attempt. */
    ready: ready.then(ignore),
    async end() {
      clearInterval(timer)
      await client.end({ timeout: 0 })
    },
  }
}
