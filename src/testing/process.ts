import { resolve } from 'node:path'
import { freePort } from '../core/embedded-postgres'
import { eventually } from './eventually'

const main = resolve(import.meta.dir, '../main.ts')

interface Started {
  child: Bun.Subprocess
  /** Which test of the run began it; 0 for what a file keeps from test to test. */
  test: number
  file: string
}
const started = new Set<Started>()
const now = { test: 0, count: 0 }
const patienceMs = 5_000

async function end({ child }: Started) {
  child.kill('SIGTERM')
  const impatient = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await child.exited
  clearTimeout(impatient)
}

/** Ends what a test that is over has left behind, and what is of a file that is over: a worker among them would take up what others queue. */
async function endLeftBehind() {
  const isOver = ({ test, file }: Started) => file !== Bun.main || (test !== 0 && test !== now.test)
  await Promise.all([...started].filter(isOver).map(end))
}

const atEnd: (() => Promise<unknown>)[] = []
const withTest: (() => Promise<unknown>)[] = []

/** Told by the run around each test, and at its end. */
export const processes = {
  /** For what several files share: it is ended with the run. */
  keepUntilEnd: (stop: () => Promise<unknown>) => void atEnd.push(stop),
  /** For what a test leaves open and would go on working beside all that come after it. */
  endWithTest: (stop: () => Promise<unknown>) => void withTest.push(stop),
  testBegins: () => {
    now.test = now.count += 1
    return endLeftBehind()
  },
  testEnds: async () => {
    now.test = 0
    await Promise.all(withTest.splice(0).map((stop) => stop()))
  },
  runEnds: () => Promise.all([...[...started].map(end), ...atEnd.map((stop) => stop())]),
}

/** Also for what is not one of our commands. */
export function watch<C extends Bun.Subprocess>(child: C): C {
  const one = { child, test: now.test, file: Bun.main }
  started.add(one)
  void child.exited.then(() => started.delete(one))
  return child
}

/** One of our commands as an operator starts it; `output` is all it has written. */
export function startCommand(words: string[], env: Record<string, string>) {
  const child = watch(
    Bun.spawn([process.execPath, main, ...words], {
      env: { PATH: Bun.env.PATH!, HOST: '127.0.0.1', ...env },
      stdout: 'pipe',
      stderr: 'pipe',
    }),
  )
  let output = ''
  const read = Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      const decoder = new TextDecoder()
      for await (const chunk of stream) output += decoder.decode(chunk, { stream: true })
    }),
  )
  return {
    child,
    output: () => output,
    /** For what ends by itself. */
    async ended() {
      const code = await child.exited
      await read
      return { code, output }
    },
    async stop() {
      child.kill('SIGTERM')
      const code = await child.exited
      await read
      return code
    },
  }
}

/** A command that serves, on a free port, with its log told in full. `url` answers once this resolves. */
async function startServer(command: string, portName: string, env: Record<string, string>) {
  const { SECRET_KEY, ENCRYPTION_KEYS } = Bun.env as Record<string, string>
  const port = freePort()
  const server = startCommand([command], {
    SECRET_KEY: SECRET_KEY!,
    ENCRYPTION_KEYS: ENCRYPTION_KEYS!,
    LOG_LEVEL: 'trace',
    ...env,
    [portName]: String(port),
  })
  const url = `http://127.0.0.1:${port}`
  const up = await eventually(
    () =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    15_000,
  )
  if (!up) throw new Error(`${command} did not start: ${server.output()}`)
  return { ...server, url }
}

export const startApi = (env: Record<string, string> = {}) =>
  startServer('api', 'API_PORT', { DATABASE_URL: Bun.env.DATABASE_URL!, ...env })

export const startManagement = (env: Record<string, string> = {}) =>
  startServer('management', 'MANAGEMENT_PORT', { DATABASE_URL: Bun.env.MANAGEMENT_DATABASE_URL!, ...env })
