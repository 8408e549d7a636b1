import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../src/core/embedded-postgres'
import { openBench, residentMb, rounded, startCommand, table, verdict } from './lib'

// `bun run bench:start`: how soon the binary serves on a migrated database and what it holds when idle; how soon `up` is ready on an empty data folder.

const binary = join(import.meta.dir, '../dist/monozu')
const rounds = 5
const idleSeconds = 5

const middle = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!

async function apiRounds() {
  const bench = await openBench()
  const found = { readyMs: [] as number[], idleMb: [] as number[] }
  try {
    for (let round = 0; round < rounds; round += 1) {
      const port = freePort()
      const api = await startCommand(['api'], { ...bench.environment, API_PORT: String(port) }, port, binary)
      found.readyMs.push(api.readyMs)
      if (round === 0) {
        await Bun.sleep(idleSeconds * 1000)
        found.idleMb.push(await residentMb(api.child.pid))
      }
      await api.stop()
    }
    return found
  } finally {
    await bench.end()
  }
}

/** From the command to the printed sign-in: PostgreSQL made and started, migrated, demo content, all parts ready. */
async function upSeconds(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'monozu-start-'))
  const environment = {
    ...(Bun.env as Record<string, string>),
    DATA_DIR: folder,
    API_PORT: String(freePort()),
    INGESTOR_PORT: String(freePort()),
    MANAGEMENT_PORT: String(freePort()),
  }
  const began = performance.now()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../src/main.ts'), 'up'], {
    env: environment,
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let text = ''
  for await (const chunk of child.stdout) {
    text += new TextDecoder().decode(chunk)
    if (text.includes('Sign in')) break
  }
  const took = (performance.now() - began) / 1000
  child.kill('SIGTERM')
  await child.exited
  rmSync(folder, { recursive: true, force: true })
  return took
}

if (!existsSync(binary)) throw new Error('build the binary first: bun run build')
const { readyMs, idleMb } = await apiRounds()
const up = await upSeconds()
table('Starting', [
  ['', 'figure', 'goal', ''],
  [
    `binary api ready on a migrated database (middle of ${rounds})`,
    `${rounded(middle(readyMs))} ms`,
    '300 ms',
    verdict(middle(readyMs), 300, false),
  ],
  [`binary api resident after ${idleSeconds} s idle`, `${rounded(idleMb[0]!)} MB`, '120 MB', verdict(idleMb[0]!, 120, false)],
  ['up ready on a fresh data folder', `${rounded(up, 1)} s`, '10 s', verdict(up, 10, false)],
])
process.exit(0)
