import { connect as connectSocket } from 'node:net'
import type { Socket } from 'node:net'
import postgres from 'postgres'
import { limits } from './limits'
import { away } from './refusals'

/** What the two drivers and we call a place where PostgreSQL listens. */
export interface Place {
  host: string[]
  port: number[]
  path?: string
}

export const driverOptions = {
  max: 1,
  onnotice: () => {},
  fetch_types: false,
  max_lifetime: null,
  connect_timeout: limits.connectMs / 1000,
  backoff: () => 0.2,
  connection: { application_name: 'monozu ingestor' },
}

export type Client = postgres.Sql

/** One backend, for as long as it lives. */
export interface Connection {
  client: Client
  openedAt: number
  isLost: boolean
  whenLost: () => void
  /** Ends it without waiting for a server that may not answer. */
  drop: () => void
}

let isHeldBack = false

/** No connection is opened until then, as if the database were away. */
export function holdBack(until: Promise<void>) {
  isHeldBack = true
  void until.then(() => (isHeldBack = false))
}

/**
 * A connection that is never opened anew. The driver would do so by itself, in the middle of a transaction, and also after `end`, when
 * nobody is left to close it: it gets one socket from us and no second one.
 */
export function connect(databaseUrl: string): Connection {
  let socket: Promise<Socket> | undefined
  const options = { ...driverOptions, socket: once, onclose: lose }
  const connection: Connection = { client: postgres(databaseUrl, options), openedAt: Date.now(), isLost: false, whenLost: () => {}, drop }

  function once(options: Place): Promise<Socket> {
    if (socket || connection.isLost) return Promise.reject(away())
    return (socket = dial(options))
  }

  function lose() {
    connection.isLost = true
    connection.whenLost()
  }

  function drop() {
    connection.isLost = true
    socket?.then(
      (open) => open.destroy(),
      () => {},
    )
    connection.client.end({ timeout: 0 }).catch(() => {})
  }

  return connection
}

/** The first host that answers, where the URL names several. */
export async function dial({ host, port, path }: Place): Promise<Socket> {
  if (isHeldBack) throw away()
  const places = path ? [{ path }] : host.map((name, index) => ({ host: name, port: port[index % port.length]! }))
  let failure: unknown
  for (const place of places) {
    try {
      const socket = await open(place)
      // The driver looks here for the name it asks a certificate for.
      return Object.assign(socket, place)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

function open(place: { path: string } | { host: string; port: number }): Promise<Socket> {
  const socket = connectSocket(place)
  const opened = new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
  return within(limits.connectMs, opened, away).finally(() => socket.removeAllListeners())
}

/** Rejects with `late` when the work takes longer. */
export function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  return Promise.race([work, expired]).finally(() => clearTimeout(timer))
}
