import { resolve } from 'node:path'
import { freePort } from '../core/embedded-postgres'
import { eventually } from './eventually'

const main = resolve(import.meta.dir, '../main.ts')

/** One of our commands as an operator starts it; `output` is all it has written. */
export function startCommand(words: string[], env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, main, ...words], {
    env: { PATH: Bun.env.PATH!, HOST: '127.0.0.1', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
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

/** The API on a free port, with its log told in full. `url` answers once this resolves. */
export async function startApi(env: Record<string, string> = {}) {
  const { DATABASE_URL, SECRET_KEY, ENCRYPTION_KEYS } = Bun.env as Record<string, string>
  const port = freePort()
  const api = startCommand(['api'], {
    DATABASE_URL: DATABASE_URL!,
    SECRET_KEY: SECRET_KEY!,
    ENCRYPTION_KEYS: ENCRYPTION_KEYS!,
    LOG_LEVEL: 'trace',
    ...env,
    API_PORT: String(port),
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
  if (!up) throw new Error(`the API did not start: ${api.output()}`)
  return { ...api, url }
}
