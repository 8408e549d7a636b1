import { join } from 'node:path'
import { PostgresProblem, type RunningPostgres, freePort, startPostgres } from '../core/embedded-postgres'
import { type Secrets, StartProblem, readJson, writeSecretJson } from './data-folder'
import type { Part } from './supervisor'

export interface DatabaseFile {
  port: number
  owner_url: string
  app_url: string
  ingest_url: string
  management_url: string
}

/** One URL a role, from that of the login that migrates. */
function urls(adminUrl: string, secrets: Secrets): DatabaseFile {
  const as = (role: string, password: string) => {
    const url = new URL(adminUrl)
    url.username = role
    url.password = password
    return url.href
  }
  return {
    port: Number(new URL(adminUrl).port || 5432),
    owner_url: adminUrl,
    app_url: as('monozu_app', secrets.app_password),
    ingest_url: as('monozu_ingest', secrets.ingest_password),
    management_url: as('monozu_management', secrets.management_password),
  }
}

interface Embedded extends Part {
  url: string
}

/** An embedded PostgreSQL that is started again whenever it dies. It keeps its port as long as that is free. */
async function keepPostgres(
  folder: string,
  { postgres_password }: Secrets,
  promised: number[],
  died: (name: string) => void,
): Promise<Embedded> {
  const wanted = readJson<DatabaseFile>(join(folder, 'database.json'))?.port
  const options = {
    folder: join(folder, 'postgres'),
    port: freePort(wanted, promised),
    password: postgres_password,
    settings: ['max_connections=100', 'shared_buffers=128MB', 'max_wal_size=2GB', 'wal_compression=on'],
  }
  const start = () => startPostgres(options)
  let running: RunningPostgres = await start().catch((error: unknown) => {
    throw error instanceof PostgresProblem ? new StartProblem(error.message) : error
  })
  let stopping = false
  void (async () => {
    while (!stopping) {
      await running.ended
      if (stopping) return
      died('postgres')
      for (let pauseMs = 200; !stopping; pauseMs = Math.min(pauseMs * 2, 10_000)) {
        await Bun.sleep(pauseMs)
        const again = await start().catch(() => undefined)
        if (!again) continue
        running = again
        break
      }
    }
  })()
  return {
    name: 'postgres',
    url: running.url,
    async stop() {
      stopping = true
      await running.stop()
    },
  }
}

/** The database of this installation: DATABASE_URL where it is given, else an embedded one, on none of the ports that others are about to take. `database.json` tells an operator how to look inside. */
export async function openDatabase(
  folder: string,
  secrets: Secrets,
  externalUrl: string,
  promised: number[],
  died: (name: string) => void,
) {
  const embedded = externalUrl ? undefined : await keepPostgres(folder, secrets, promised, died)
  const database = urls(embedded?.url ?? externalUrl, secrets)
  writeSecretJson(join(folder, 'database.json'), database)
  return { database, part: embedded }
}
