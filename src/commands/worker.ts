import { readConfiguration } from '../core/configuration'
import { traced } from '../core/telemetry'

export const help = `Usage: monozu worker

Runs background jobs and schedules. Start as many as are needed: a job runs in one of them.
Needs DATABASE_URL (the role monozu_app), SECRET_KEY and ENCRYPTION_KEYS. SIGTERM lets running jobs finish.`

export async function run(): Promise<number> {
  const configuration = readConfiguration(Bun.env, ['DATABASE_URL', 'SECRET_KEY', 'ENCRYPTION_KEYS'])
  return traced('monozu-worker', configuration, async () => (await import('../worker')).work())
}
