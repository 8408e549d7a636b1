import { log } from './log'

const begun = new WeakMap<Request, number>()

export const begin = (request: Request) => void begun.set(request, performance.now())

/** A line for what changes something, and for what was refused or failed. Reads that take long are told by their transaction. */
export function tell(request: Request, route: string, status: number, request_id: unknown) {
  const since = begun.get(request)
  log.info({ request_id, method: request.method, route, status, ...(since !== undefined && { ms: Math.round(performance.now() - since) }) })
}
