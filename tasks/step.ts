import { $ } from 'bun'

/** The Bun that runs this, for whatever it starts: nothing has to be on the path. */
export const bun = process.execPath

export const tool = (name: string, ...words: string[]) => [bun, 'x', '--bun', name, ...words]

export const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** Runs commands side by side and prints one line; ends the program with what a failed one said. */
export async function step(name: string, ...commands: string[][]) {
  const since = performance.now()
  const results = await Promise.all(commands.map((words) => $`${words}`.quiet().nothrow()))
  const failed = results.find(({ exitCode }) => exitCode !== 0)
  console.log(`${failed ? 'FAILED' : 'ok    '}  ${name.padEnd(28)} ${seconds(since)}`)
  if (!failed) return
  console.error(failed.stdout.toString(), failed.stderr.toString())
  process.exit(1)
}
