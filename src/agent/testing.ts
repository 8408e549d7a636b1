import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from './clock'
import type { HostPaths } from './host'
import type { Log } from './log'

/** Time that passes only when a test says so. With `isSkipping` every wait is over at once and moves the time. */
export function createTestClock({ isSkipping = false } = {}) {
  let now = Date.parse('2026-03-01T12:00:00Z')
  let sleepers: { until: number; wake: () => void }[] = []
  const waits: number[] = []
  const clock: Clock = {
    now: () => now,
    wait: (waitMs, signal) => {
      waits.push(waitMs)
      if (isSkipping) now += waitMs
      if (isSkipping || waitMs === 0 || signal?.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        sleepers.push({ until: now + waitMs, wake: resolve })
        signal?.addEventListener('abort', () => resolve())
      })
    },
  }
  return {
    ...clock,
    waits,
    advance(ms: number) {
      now += ms
      const due = sleepers.filter(({ until }) => until <= now)
      sleepers = sleepers.filter(({ until }) => until > now)
      for (const { wake } of due) wake()
    },
  }
}

const leftovers: (() => unknown)[] = []

/** For `afterEach`: stops the servers and removes the directories of a test. */
export function cleanUp(): void {
  for (const remove of leftovers.splice(0)) remove()
}

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'monozu-edge-'))
  leftovers.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function createTestLog() {
  const events: { event: string; fields: Record<string, string | number | boolean> }[] = []
  const log: Log = (_, event, fields = {}) => void events.push({ event, fields })
  return { log, events, names: () => events.map(({ event }) => event) }
}

interface Received {
  method: string
  path: string
  headers: Headers
  body: unknown
}

type Answer = (received: Received) => Response | Promise<Response>

/** A server on loopback that keeps what it was sent. */
export function createLoopback(firstAnswer: Answer, port = 0) {
  let answer = firstAnswer
  const received: Received[] = []
  const waiting: { count: number; done: () => void }[] = []
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    async fetch(request): Promise<Response> {
      const bytes = new Uint8Array(await request.arrayBuffer())
      const text = new TextDecoder().decode(request.headers.get('content-encoding') === 'gzip' ? Bun.gunzipSync(bytes) : bytes)
      const { pathname, search } = new URL(request.url)
      const one = {
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: text ? (JSON.parse(text) as unknown) : undefined,
      }
      received.push(one)
      for (const { count, done } of waiting) if (received.length >= count) done()
      return answer(one)
    },
  })
  leftovers.push(() => server.stop(true))
  return {
    answerWith: (next: Answer) => void (answer = next),
    received,
    port: server.port ?? 0,
    url: `http://127.0.0.1:${server.port}`,
    /** Resolves once so many requests have come in. */
    until: (count: number) =>
      new Promise<void>((done) => {
        if (received.length >= count) done()
        else waiting.push({ count, done })
      }),
    stop: () => server.stop(true),
  }
}

export const noContent = () => new Response(null, { status: 204 })

export const problem = (status: number, error: string, headers: Record<string, string> = {}) =>
  Response.json({ status, error }, { status, headers })

/** Stands in for a registered device. */
export function testRegistration(url: string) {
  const refusedKeys: string[] = []
  let deviceKey = 'mzd_first'
  return {
    refusedKeys,
    device: () => ({
      cloud_url: url,
      device_id: 'device',
      device_key: deviceKey,
      ingest_url: `${url}/v1/ingest`,
      commands_url: `${url}/api/v1/commands`,
    }),
    refused: async (key: string) => {
      refusedKeys.push(key)
      deviceKey = 'mzd_second'
    },
  }
}

/** A host made of files in a directory; nothing of the machine that runs the test shows. */
export function testHost(directory: string): HostPaths {
  return {
    procRoot: join(directory, 'proc'),
    machineId: join(directory, 'machine-id'),
    services: join(directory, 'services'),
    signInLogs: [join(directory, 'auth.log')],
    interfaces: () => ({
      eth0: [
        { address: '192.0.2.7', netmask: '255.255.255.0', family: 'IPv4', mac: '02:00:00:00:00:07', internal: false, cidr: '192.0.2.7/24' },
      ],
    }),
    statfs: () => Promise.resolve({ blocks: 1_000, bfree: 600, bavail: 500, bsize: 4_096 }),
  }
}
