import { readConfiguration } from '../core/configuration'
import { traced } from '../core/telemetry'

export const help = `Usage: monozu api

Serves the Cloud API, its WebSockets and the console on HOST:API_PORT (0.0.0.0:8000).
Needs DATABASE_URL (the role monozu_app), SECRET_KEY and ENCRYPTION_KEYS.
SIGTERM drains: readiness fails, requests in flight finish (10 s), sockets close with 1001.`

export async function run(): Promise<number> {
  const configuration = readConfiguration(Bun.env, ['DATABASE_URL', 'SECRET_KEY', 'ENCRYPTION_KEYS'])
  return traced('monozu-api', configuration, async () => (await import('../api')).serveApi())
}
