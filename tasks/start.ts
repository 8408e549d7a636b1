import { existsSync, readFileSync } from 'node:fs'
import { bun, step } from './step'

// `bun start`: installs, builds the console and runs `monozu up`; its words (`bun start --no-demo`) go to `up`.

/** The programs that started this one (npx and the shells between), as far as Linux tells. */
function launchers(): number[] {
  const found: number[] = []
  for (let pid = process.ppid; pid > 1 && existsSync(`/proc/${pid}/stat`);) {
    if (!/\b(npm|npx|bun|bunx)\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) break
    found.push(pid)
    pid = Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[1],
    )
  }
  return found
}

await step('install', [bun, 'install', '--frozen-lockfile'])
await step('console', [bun, 'run', 'build:web'])

const up = Bun.spawn([bun, 'src/main.ts', 'up', ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit'] })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => up.kill(signal))
// npx does not hand on a SIGTERM: when it is gone, so is the wish to run.
const started = launchers()
setInterval(() => started.some((pid) => !existsSync(`/proc/${pid}`)) && up.kill('SIGTERM'), 1000)
process.exit(await up.exited)
