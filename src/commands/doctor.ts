export const help = `Usage: monozu doctor [--ready]

Prints the configuration (secrets redacted), the database's roles, pending migrations, clock skew and what the ingestor's spool on this host holds.
Exit code 1 when there is a fault.
Needs DATABASE_URL; looks at SECRET_KEY and ENCRYPTION_KEYS where they are given.
--ready only asks the server on this host (PORT, else API_PORT) whether it can serve: a health check for containers.`

const secret = /KEY|PASSWORD|SECRET|TOKEN|HEADERS|CONNECTION_STRING/

export async function run(words: string[]): Promise<number> {
  const { readConfiguration } = await import('../core/configuration')
  if (words.includes('--ready')) return ready(readConfiguration(Bun.env))
  const config = readConfiguration(Bun.env, ['DATABASE_URL'])
  for (const [name, value] of Object.entries(config)) console.log(`${name.padEnd(30)} ${shown(name, value)}`)
  const { diagnose, installationOf } = await import('../core/diagnose')
  const { diagnoseSpool } = await import('../../ingestor/spool/diagnose')
  const { spoolPlace } = await import('../../ingestor/spool/place')
  const database = await diagnose(config.DATABASE_URL)
  const faults = [...database, ...diagnoseSpool(spoolPlace(config), await installationOf(config.DATABASE_URL))]
  for (const { label, text, fault } of faults) console.log(`${fault ? 'FAULT' : 'ok   '} ${label.padEnd(24)} ${text}`)
  return faults.some(({ fault }) => fault) ? 1 : 0
}

async function ready({ PORT, API_PORT }: { PORT: number; API_PORT: number }): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${PORT || API_PORT}/readyz`).catch(() => undefined)
  return reply?.ok ? 0 : 1
}

function shown(name: string, value: unknown): string {
  if ((value ?? '') === '' || (Array.isArray(value) && !value.length)) return '(not set)'
  if (secret.test(name)) return '(set)'
  return String(value).replace(/\/\/([^:/@]+):[^@]*@/, '//$1:***@')
}
