import { type Clock, createBackoff } from './clock'
import { keepFile, readJsonFile } from './files'
import { type Log, reasonOf } from './log'
import type { Registration } from './registration'
import { exchange, type Fields, isFields, problemWord, readJson, retryAfterMs } from './wire'

export interface Command {
  id: string
  type: string
  arguments: Fields
}

export type Outcome = { state: 'succeeded'; result: Fields } | { state: 'failed'; error: string }

export interface Handler {
  /** Slow ones are reported as running first. */
  isSlow?: boolean
  /** What it throws becomes the error of the command. */
  run: (args: Fields, id: string) => Fields | Promise<Fields>
}

type Done = { id: string; isReported: boolean } & Outcome

const rememberedCommands = 200
const waitSeconds = 25
const shortestPollMs = 1_000

/**
 * Fetches and executes what the Cloud asks for. Delivery is at least once: a command that comes again is answered with the outcome
 * of its first time, also after a restart.
 */
export function createCommands(options: {
  registration: Pick<Registration, 'device' | 'refused'>
  handlers: Record<string, Handler>
  /** Holds the last outcomes. */
  path: string
  clock: Clock
  log: Log
  /** Ends a poll at once. */
  stop: AbortSignal
  /** Ends the report of a result; a little later than `stop`. */
  signal: AbortSignal
  random?: () => number
}) {
  const { registration, handlers, clock, log, stop, signal, random } = options
  const backoff = createBackoff({ baseMs: 1_000, capMs: 30_000, random })
  let done = readDone(options.path)

  function remember(entry: Done) {
    done = [...done.filter(({ id }) => id !== entry.id), entry].slice(-rememberedCommands)
    keepFile(options.path, JSON.stringify(done), log)
  }

  /** Milliseconds to wait after an answer that was not the wanted one. */
  async function troubleMs(response: Response, key: string): Promise<number> {
    if (response.status === 401) {
      await registration.refused(key)
      return 0
    }
    const waitMs = retryAfterMs(response, clock.now()) ?? backoff.nextMs()
    log('warn', 'commands_delayed', { status: response.status, error: await problemWord(response), next_try_ms: waitMs })
    return waitMs
  }

  function unreachableMs(error: unknown): number {
    const waitMs = backoff.nextMs()
    if (!stop.aborted) log('warn', 'cloud_unreachable', { during: 'commands', reason: reasonOf(error), next_try_ms: waitMs })
    return waitMs
  }

  /** `taken`, `gone` (cancelled or expired meanwhile: never worth repeating), or the milliseconds to wait before the next try. */
  async function report(id: string, outcome: { state: 'running' } | Outcome): Promise<'taken' | 'gone' | number> {
    const { commands_url, device_key } = registration.device()
    const headers = { 'content-type': 'application/json', 'x-device-key': device_key }
    const body = JSON.stringify(outcome)
    try {
      return await exchange(
        `${commands_url}/${encodeURIComponent(id)}/result`,
        { method: 'POST', headers, body },
        { limitMs: 15_000, signal },
        async (response) => {
          if (response.ok) return 'taken'
          if (![400, 404, 409, 410, 422].includes(response.status)) return troubleMs(response, device_key)
          log('warn', 'result_refused', { command_id: id, status: response.status, error: await problemWord(response) })
          return 'gone'
        },
      )
    } catch (error) {
      return unreachableMs(error)
    }
  }

  async function execute(command: Command): Promise<Outcome | undefined> {
    const handler = Object.hasOwn(handlers, command.type) ? handlers[command.type] : undefined
    if (!handler) return { state: 'failed', error: 'unknown command' }
    if (handler.isSlow && (await report(command.id, { state: 'running' })) === 'gone') return undefined
    try {
      return { state: 'succeeded', result: await handler.run(command.arguments, command.id) }
    } catch (error) {
      return { state: 'failed', error: error instanceof Error ? error.message.slice(0, 500) : 'failed' }
    }
  }

  async function handle(command: Command) {
    const known = done.find(({ id }) => id === command.id)
    if (known) return remember({ ...known, isReported: false })
    const outcome = await execute(command)
    if (!outcome) return
    log('info', 'command_done', { command_id: command.id, type: command.type.slice(0, 60), state: outcome.state })
    remember({ id: command.id, isReported: false, ...outcome })
  }

  /** Reports what is finished and not yet taken; answers the milliseconds to wait when that cannot be done now. */
  async function reportDone(): Promise<number | undefined> {
    for (const entry of done.filter(({ isReported }) => !isReported)) {
      const { id, isReported: _, ...outcome } = entry
      const answer = await report(id, outcome)
      if (typeof answer === 'number') return answer
      remember({ ...entry, isReported: true })
    }
    return undefined
  }

  async function poll(): Promise<Command[] | number> {
    const { commands_url, device_key } = registration.device()
    const limits = { limitMs: (waitSeconds + 10) * 1_000, signal: stop }
    try {
      return await exchange(`${commands_url}?wait=${waitSeconds}`, { headers: { 'x-device-key': device_key } }, limits, async (response) =>
        response.ok ? toCommands(await readJson(response)) : troubleMs(response, device_key),
      )
    } catch (error) {
      return unreachableMs(error)
    }
  }

  /** One poll with all that follows from it; answers the milliseconds to wait before the next. */
  async function step(): Promise<number> {
    const startedAt = clock.now()
    const heldUpMs = await reportDone()
    if (heldUpMs !== undefined) return heldUpMs
    const commands = await poll()
    if (typeof commands === 'number') return commands
    let unreportedMs: number | undefined
    for (const command of commands) {
      if (stop.aborted) break
      await handle(command)
      unreportedMs ??= await reportDone()
    }
    if (unreportedMs !== undefined) return unreportedMs
    backoff.reset()
    // A Cloud that does not hold the request open is not asked without pause.
    return commands.length > 0 ? 0 : Math.max(0, shortestPollMs - (clock.now() - startedAt))
  }

  return {
    step,
    async run() {
      while (!stop.aborted) await clock.wait(await step(), stop)
    },
  }
}

function toCommands(answer: unknown): Command[] {
  const items: unknown[] = isFields(answer) && Array.isArray(answer.items) ? answer.items : []
  return items.slice(0, 100).flatMap((item) => {
    if (!isFields(item) || typeof item.id !== 'string' || typeof item.type !== 'string' || item.id.length > 100) return []
    return [{ id: item.id, type: item.type, arguments: isFields(item.arguments) ? item.arguments : {} }]
  })
}

function readDone(path: string): Done[] {
  const kept = readJsonFile(path)
  return (Array.isArray(kept) ? kept : []).flatMap((entry: unknown): Done[] => {
    if (!isFields(entry) || typeof entry.id !== 'string') return []
    const head = { id: entry.id, isReported: entry.isReported === true }
    if (entry.state === 'succeeded') return [{ ...head, state: 'succeeded', result: isFields(entry.result) ? entry.result : {} }]
    return [{ ...head, state: 'failed', error: String(entry.error) }]
  })
}
