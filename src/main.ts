import { version } from '../package.json'
import { ConfigurationProblem } from './core/configuration-problem'
import { tellable } from './core/problem'

interface Command {
  help: string
  /** Resolves with the exit code (0 where there is none) when the command has done its work. */
  run: (words: string[]) => Promise<number | void>
}

const commands: Record<string, { does: string; load: () => Promise<Command> }> = {
  up: { does: 'everything below in one process tree, on an embedded PostgreSQL', load: () => import('./commands/up') },
  api: { does: 'Cloud API, WebSockets and the console', load: () => import('./commands/api') },
  management: { does: 'the Management plane: tenants, licences, platform staff', load: () => import('./commands/management') },
  ingestor: { does: 'POST /v1/ingest, where edge appliances deliver', load: () => import('./commands/ingestor') },
  worker: { does: 'background jobs and schedules', load: () => import('./commands/worker') },
  migrate: { does: 'bring the database to this version', load: () => import('./commands/migrate') },
  keys: { does: 'change the encryption key', load: () => import('./commands/keys') },
  edge: { does: 'the reference edge agent, on this host', load: () => import('./commands/edge') },
  fleet: { does: 'a simulated fleet that holds what it was told against what is stored', load: () => import('./commands/fleet') },
  doctor: { does: 'look for faults in configuration and database', load: () => import('./commands/doctor') },
  audit: { does: 'verify the audit log, export its checkpoints', load: () => import('./commands/audit') },
  openapi: { does: 'print the OpenAPI document', load: () => import('./commands/openapi') },
}

const width = Math.max(...Object.keys(commands).map((name) => name.length))
const usage = `monozu ${version}

Usage: monozu <command> [options]

${Object.entries(commands)
  .map(([name, { does }]) => `  ${name.padEnd(width)}  ${does}`)
  .join('\n')}

Each command answers --help.`

async function main([name = '--help', ...words]: string[]): Promise<number | void> {
  if (['--help', '-h', 'help'].includes(name)) return console.log(usage)
  if (['--version', '-v'].includes(name)) return console.log(version)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    console.error(`monozu: there is no command ${JSON.stringify(name)}\n\n${usage}`)
    return 2
  }
  const { help, run } = await command.load()
  if (words.includes('--help') || words.includes('-h')) return console.log(help)
  return run(words)
}

main(Bun.argv.slice(2)).then(
  (code) => process.exit(code ?? 0),
  (error: unknown) => {
    if (error instanceof ConfigurationProblem) {
      console.error(
        `monozu: the configuration has ${error.problems.length === 1 ? 'a problem' : 'problems'}:\n${error.problems.map((problem) => `  ${problem}`).join('\n')}`,
      )
      process.exit(2)
    }
    console.error(`monozu: ${tellable(error)}`)
    process.exit(1)
  },
)
