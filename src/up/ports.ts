import { StartProblem } from './data-folder'

/** Throws a StartProblem that names the variable to change. */
export function assertFree(host: string, port: number, variable: string) {
  try {
    Bun.listen({ hostname: host, port, socket: { data() {} } }).stop(true)
  } catch {
    throw new StartProblem(`Port ${port} on ${host} is taken; stop what uses it, or set ${variable} to another`)
  }
}
