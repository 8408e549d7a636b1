import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { type TLSSocket, connect as connectSecurely } from 'node:tls'
import { Client } from 'pg'
import postgres from 'postgres'
import { type Place, dial, driverOptions, within } from './connect'
import { limits } from './limits'
import { away } from './refusals'

/** A connection that statements are sent on without waiting for the answers of those before, with parameters that are bytes. */
export interface Writer {
  /** Rejects where there is no connection. */
  ready: Promise<Client>
  openedAt: number
  isLost: boolean
  whenLost: () => void
  /** Ends it without waiting for a server that may not answer. */
  drop: () => void
}

/** What the other driver reads from the URL, so that both mean the same by it. */
interface Named extends Place {
  user: string
  pass: string | null
  database: string
  ssl: unknown
  connection: Record<string, string | number>
}

/** Like `connect`, with the driver that takes bytes: `pg`. It opens one connection and never another one. */
export function openWriter(databaseUrl: string): Writer {
  const named = postgres(databaseUrl, driverOptions).options as unknown as Named
  let socket: Socket | undefined
  const writer: Writer = { ready: open(), openedAt: Date.now(), isLost: false, whenLost: () => {}, drop }
  writer.ready.catch(lose)

  async function open(): Promise<Client> {
    const opened = await within(limits.connectMs, secured(await dial(named), named.ssl), away)
    if (writer.isLost) opened.destroy()
    // The driver would connect the socket that it is given, and goes on when that says it is.
    socket = Object.assign(opened, { connect: () => process.nextTick(() => opened.emit('connect')) as unknown })
    const client = clientOf(named, opened)
    client.on('error', lose)
    client.on('end', lose)
    await within(limits.connectMs, client.connect(), away)
    return client
  }

  function lose() {
    writer.isLost = true
    writer.whenLost()
  }

  function drop() {
    writer.isLost = true
    socket?.destroy()
  }

  return writer
}

function clientOf({ user, pass, database, connection }: Named, stream: Socket): Client {
  const { application_name, ...settings } = connection
  // A pooler in between refuses this, and has to be told of it only where the URL names settings.
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${String(value).replace(/[\\ ]/g, '\\$&')}`)
  const named = { user, password: pass ?? '', database, application_name: String(application_name) }
  return new Client({ ...named, ...(options.length && { options: options.join(' ') }), stream: () => stream, ssl: false, pipeline: true })
}

/** PostgreSQL, Message Formats, SSLRequest. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** Where TLS is asked for there is no connection without it, nor with a certificate that is not verified. */
async function secured(socket: Socket, ssl: Named['ssl']): Promise<Socket> {
  if (!ssl) return socket
  const answer = new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve)
    socket.once('close', () => reject(away()))
    socket.once('error', reject)
  })
  socket.write(sslRequest)
  // More than one byte would be somebody in between who goes first.
  const isWilling = (await answer).toString('latin1') === 'S'
  socket.removeAllListeners()
  if (!isWilling) throw away()
  const host = (socket as Socket & { host?: string }).host ?? ''
  const secure: TLSSocket = connectSecurely({ socket, host, ...(isIP(host) ? {} : { servername: host }) })
  await new Promise<void>((resolve, reject) => {
    secure.once('secureConnect', resolve)
    secure.once('error', reject)
    secure.once('close', () => reject(away()))
  })
  return secure.removeAllListeners('secureConnect').removeAllListeners('error').removeAllListeners('close')
}
