import { closeDatabase, holdBack } from '../core/db'
import { assertSafeRole } from '../core/database-role'
import { drain } from '../core/health'
import { limits } from '../core/limits'
import { log } from '../core/log'
import { raiseHeaderLimit } from '../core/header-limit'
import { untilStopped } from '../core/stop'
import { managementApp } from './app'
import { doChores } from './chores'
import { config } from './config'
import { database } from './database'

/** Serves until SIGTERM or SIGINT, then drains. The exit code. */
export async function serveManagement(): Promise<number> {
  await raiseHeaderLimit(config.HTTP_READ_BUFFER_BYTES)
  const { known } = await assertSafeRole(config.DATABASE_URL, 'monozu_management')
  if (known) for (const hold of [holdBack, database.holdBack]) hold(known)
  const { server } = managementApp.listen({ hostname: config.HOST, port: config.PORT || config.MANAGEMENT_PORT })
  log.info({ url: `http://${config.HOST}:${server!.port}` }, 'the Management plane is listening')
  const stopChores = doChores()
  await untilStopped()
  log.info('draining')
  drain()
  stopChores()
  await Promise.race([managementApp.stop(), Bun.sleep(limits.shutdownMs)])
  await Promise.all([database.close(), closeDatabase()])
  return 0
}
