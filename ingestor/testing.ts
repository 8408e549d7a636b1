import { gzipSync } from 'node:zlib'
import postgres from 'postgres'
import { mintCredential } from '../src/core/secrets'
import { type Options, openIngestor } from './server'

/** Sees and does everything: what the tests arrange and look at. */
export const owner = postgres(Bun.env.DATABASE_OWNER_URL!, { max: 4, onnotice: () => {} })

interface TestDevice {
  tenant_id: string
  device_id: string
  key_id: string
  key: string
}

export async function makeDevice(tenant_id: string = Bun.randomUUIDv7(), sql = owner): Promise<TestDevice> {
  const device_id = Bun.randomUUIDv7()
  const key_id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzd', tenant_id, key_id)
  await sql`insert into device (tenant_id, id, name) values (${tenant_id}, ${device_id}, 'appliance')`
  await sql`insert into device_key (tenant_id, id, device_id, key_hash) values (${tenant_id}, ${key_id}, ${device_id}, ${hash})`
  return { tenant_id, device_id, key_id, key: text }
}

export const startIngestor = (databaseUrl = Bun.env.DATABASE_INGEST_URL!, options: Partial<Options> = {}) =>
  openIngestor({ databaseUrl, port: 0, hostname: '127.0.0.1', ...options })

interface Sent {
  headers?: Record<string, string>
  raw?: string | Buffer
  gzip?: boolean
}

export async function send(url: string, { key }: { key: string }, records: unknown, { headers = {}, raw, gzip }: Sent = {}) {
  const plain = raw ?? JSON.stringify(records)
  const body = gzip ? gzipSync(plain) : plain
  const response = await fetch(`${url}/v1/ingest`, {
    method: 'POST',
    headers: { 'x-device-key': key, ...(gzip && { 'content-encoding': 'gzip' }), ...headers },
    body,
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as Answer }
}

interface Answer {
  error?: string
  detail?: string
  accepted: number
  duplicates: number
  rejected: { index: number; error: string; detail: string }[]
  request_id?: string
  errors?: { path: string; message: string }[]
}

const start = Date.now()
/** A moment of its own for each number. */
export const moment = (index = 0) => new Date(start + index * 1000).toISOString()
export const telemetry = (data: unknown, index = 0) => ({ kind: 'telemetry', timestamp: moment(index), data })

/** The frames of a tenant with their names, oldest first. */
export const framesOf = (tenant_id: string, sql = owner) => sql<
  { device_id: string; at: Date; metrics: string[]; labels: Record<string, string>; values: number[] }[]
>`
  select f.device_id, f.at, f.values, l.metrics, l.labels from telemetry_frame f
  join telemetry_layout l on l.tenant_id = f.tenant_id and l.id = f.layout_id where f.tenant_id = ${tenant_id} order by f.at, l.hash`
export const recordsOf = (tenant_id: string) => owner<
  { device_id: string; kind: string; key: string; at: Date; data: Record<string, unknown> }[]
>`
  select device_id, kind, key, at, data from device_record where tenant_id = ${tenant_id} order by at, kind, key`
export const rejectedOf = (tenant_id: string) => owner<{ device_id: string; error: string; detail: string; record: string }[]>`
  select device_id, error, detail, record from rejected_record where tenant_id = ${tenant_id} order by error`

/** Asks again until it is so, for at most ten seconds. */
export async function until(isSo: () => Promise<boolean>) {
  for (let tries = 0; tries < 400; tries++) {
    if (await isSo()) return
    await Bun.sleep(25)
  }
  throw new Error('it did not come about in time')
}
