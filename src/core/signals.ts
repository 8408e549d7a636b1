import { sql } from 'drizzle-orm'
import { openAlone, raw } from './db'
import { channel, openListener } from './listener'
import { log } from './log'
import type { Scope } from './scope'

/** What one process tells all others through LISTEN/NOTIFY: a topic, and the key it concerns. Sent with the commit, never before. */
export interface Signal {
  topic: 'sessions' | 'devices' | 'licences' | 'commands' | 'live' | 'replays'
  key: string
}

/** All signals of a transaction travel as one notification, or a few where they are many (a payload holds 8000 bytes). */
export async function sendSignals({ tx, signals }: Scope) {
  const lines = [...new Set(signals.map(({ topic, key }) => `${topic} ${key}`))]
  for (let start = 0; start < lines.length; start += 100) {
    await tx.execute(sql`select pg_notify(${channel}, ${lines.slice(start, start + 100).join('\n')})`)
  }
}

type Listener = { heard: (key: string) => void; lost: () => void }
const listeners = new Map<string, Listener[]>()

/** `heard` for each signal of the topic; `lost` on every (re)connect, when anything may have been missed: forget what is cached. */
export function onSignal(topic: Signal['topic'], heard: Listener['heard'], lost: Listener['lost']) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), { heard, lost }])
}

function hear(payload: string) {
  for (const line of payload.split('\n')) {
    const space = line.indexOf(' ')
    for (const { heard } of listeners.get(line.slice(0, space)) ?? []) heard(line.slice(space + 1))
  }
}

/** What ends somebody's access is heard in this process with the commit itself, before the notification has gone round. */
export function hearAtOnce(signals: readonly Signal[]) {
  for (const { topic, key } of signals) {
    if (topic === 'sessions' || topic === 'devices' || topic === 'licences') hear(`${topic} ${key}`)
  }
}

let listener: ReturnType<typeof openListener> | undefined

/** Starts listening; whenever the connection was lost, or carries nothing more, it listens again by itself. */
export function listen(): Promise<void> {
  listener ??= openListener({
    open: openAlone,
    tell: (payload) => raw`select pg_notify(${channel}, ${payload})`,
    hear,
    lost() {
      log.debug('listening for signals')
      for (const { lost } of [...listeners.values()].flat()) lost()
    },
  })
  return listener.ready
}

export const stopListening = async () => listener?.end()
