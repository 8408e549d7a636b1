import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { config } from '../core/config'
import { unseal } from '../core/secrets'
import { owner } from './owner'
import { runQueue } from './world'

interface Received {
  to: string[]
  source: string
}

/** A mail server on loopback, which the program is told to use. `answer` refuses with what it returns. */
export async function smtpServer(answer: (attempt: number) => number | undefined = () => undefined) {
  const received: Received[] = []
  let attempts = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      let source = ''
      stream.on('data', (chunk: Buffer) => (source += chunk.toString()))
      stream.on('end', () => {
        const responseCode = answer((attempts += 1))
        if (responseCode) return done(Object.assign(new Error('refused'), { responseCode }))
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), source })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  config.SMTP_URL = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  return { received, attempts: () => attempts, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

/** Resend's one endpoint on loopback. */
export function resend(answer: (attempt: number) => number = () => 200) {
  const received: { headers: Record<string, string>; body: Record<string, unknown> }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      if (new URL(request.url).pathname !== '/emails') return new Response(null, { status: 404 })
      received.push({ headers: request.headers.toJSON(), body: (await request.json()) as Record<string, unknown> })
      return Response.json({ id: 'x' }, { status: answer(received.length) })
    },
  })
  config.RESEND_API_KEY = 're_test'
  config.RESEND_URL = `http://127.0.0.1:${server.port}`
  return { received, close: () => server.stop(true) }
}

/** The way mail goes when nothing is configured. */
export function keepMail() {
  config.RESEND_API_KEY = ''
  config.SMTP_URL = ''
}

/** Mail of a tenant, oldest first, with what is kept of it opened. */
export async function mailOf(tenant_id: string) {
  await runQueue(tenant_id)
  const rows =
    await owner`select id, recipient, kind, state, content, attempts, reason from mail where tenant_id = ${tenant_id} order by id`
  return rows.map(({ id, content, ...mail }) => ({
    ...(mail as { recipient: string; kind: string; state: string; attempts: number; reason: string | null }),
    id: id as string,
    text: content ? (JSON.parse(unseal(content as string, `mail ${id}`)) as { text: string }).text : '',
  }))
}

export const tokenIn = (text: string) => text.match(/\?token=([\w]+)/)?.[1] ?? ''
