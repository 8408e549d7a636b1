import { expect } from 'bun:test'
import { type Client, registered, send, signedIn } from './api'
import { type Reporter, report, runQueue } from './world'

type Severity = 'low' | 'medium' | 'high' | 'critical'
export interface Said {
  title: string
  severity?: Severity
  description?: string
  source_ip?: string
}

/** Alerts as a device reports them, taken up. */
export async function raise(reporter: Reporter, ...alerts: Said[]) {
  await report(
    reporter,
    alerts.map((said) => ({ kind: 'security_alert', data: { severity: 'medium', ...said } })),
  )
  await runQueue(reporter.tenant_id)
}

interface Alert {
  id: string
  title: string
  status: string
  severity: Severity
}
export async function read(client: Client, query = '') {
  const reply = await send('GET', `/api/v1/alerts${query}`, client)
  expect(reply.status).toBe(200)
  return (await reply.json()) as { items: Alert[]; next_cursor: string | null }
}
export const titles = async (client: Client, query?: string) => (await read(client, query)).items.map(({ title }) => title)

/** What somebody does with an alert. */
export const act = (client: Client, id: string, action: string, body?: unknown, headers: Record<string, string> = {}) =>
  send('POST', `/api/v1/alerts/${id}/${action}`, { headers: { ...client.headers, ...headers }, body })
export const acknowledge = (client: Client, id: string, body?: unknown, headers?: Record<string, string>) =>
  act(client, id, 'acknowledge', body, headers)

/** A tenant with one device and what it reported. */
export async function arranged(...alerts: Said[]) {
  const client = await signedIn()
  const device = await registered(client, { name: 'edge-7' })
  if (alerts.length) await raise(device, ...alerts)
  return { client, device }
}
