import type { Subprocess } from 'bun'
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

const logBytes = 20_000_000
const backOffMs = { first: 500, most: 10_000, healthyAfter: 30_000 }
const usualStopMs = 15_000

export interface Part {
  name: string
  stop: () => Promise<void>
}

interface Options {
  name: string
  environment: Record<string, string | undefined>
  /** Without one it writes where this process does. */
  logFolder?: string
  /** Told when the part ended without being asked to. */
  died: (name: string, code: number | null) => void
  /** How long it may take to stop before it is killed. */
  stopMs?: number
  /** With these it can be talked to. */
  started?: (child: Subprocess) => void
  heard?: (message: unknown) => void
}

/** How this very program is started again: from source through Bun, or as the compiled binary. */
const ownCommand = (...words: string[]) => (globalThis.carriedFiles ? [process.execPath, ...words] : [process.execPath, Bun.main, ...words])

async function logFile(folder: string, name: string) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}.log`)
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > logBytes) renameSync(path, `${path}.1`)
  return open(path, 'a')
}

/** Keeps one process of this program alive: restarted with growing pauses when it dies, until it is told to stop. */
export function supervise({ name, environment, logFolder, died, stopMs = usualStopMs, started, heard }: Options): Part {
  let child: Subprocess | undefined
  let stopping = false
  let wake = () => {}
  async function keep() {
    for (let pauseMs = backOffMs.first; !stopping; pauseMs = Math.min(pauseMs * 2, backOffMs.most)) {
      const log = logFolder ? await logFile(logFolder, name) : undefined
      const startedAt = performance.now()
      child = Bun.spawn(ownCommand(name), {
        env: { ...environment, MONOZU_SUPERVISED: '1' },
        stdin: 'ignore',
        stdout: log?.fd ?? 'inherit',
        stderr: log?.fd ?? 'inherit',
        detached: true,
        ...(heard && { ipc: heard }),
      })
      started?.(child)
      const code = await child.exited
      await log?.close()
      if (stopping) return
      died(name, code)
      if (performance.now() - startedAt > backOffMs.healthyAfter) pauseMs = backOffMs.first
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, pauseMs)
      })
    }
  }
  const kept = keep()
  return {
    name,
    async stop() {
      stopping = true
      wake()
      child?.kill('SIGTERM')
      const killed = setTimeout(() => child?.kill('SIGKILL'), stopMs)
      await kept
      clearTimeout(killed)
    },
  }
}
