import { apiPort, app } from './app'
import { closeDatabase, holdBack } from './core/db'
import { assertSafeRole } from './core/database-role'
import { config } from './core/config'
import { raiseHeaderLimit } from './core/header-limit'
import { drain } from './core/health'
import { limits } from './core/limits'
import { publishWith } from './core/live'
import { log } from './core/log'
import { listen, stopListening } from './core/signals'
import { untilStopped } from './core/stop'
import { closeEnded, drainSockets } from './core/sockets'
import { answerPolls } from './edge/commands/poll'

/** Serves until SIGTERM or SIGINT, then drains. The exit code. */
export async function serveApi(): Promise<number> {
  await raiseHeaderLimit(config.HTTP_READ_BUFFER_BYTES)
  const { known } = await assertSafeRole(config.DATABASE_URL, 'monozu_app')
  if (known) holdBack(known)
  const { server } = app.listen({ hostname: config.HOST, port: apiPort })
  publishWith(server!)
  listen().catch(() => log.warn('the database cannot be reached yet; signals are heard as soon as it can'))
  const timer = setInterval(closeEnded, 1000)
  log.info({ url: `http://${config.HOST}:${server!.port}` }, 'Cloud API is listening')
  await untilStopped()
  log.info('draining')
  drain()
  clearInterval(timer)
  answerPolls()
  drainSockets()
  await Promise.race([app.stop(), Bun.sleep(limits.shutdownMs)])
  await stopListening()
  await closeDatabase()
  return 0
}
