import { config } from './config'

const acceptable = /^[\w.:-]{8,80}$/

/** The id that a trusted proxy has given a request; a stranger could put his into the log lines and audit rows of others. */
export function givenRequestId({ headers }: Request): string | undefined {
  const given = config.TRUST_PROXY_HOPS ? headers.get('x-request-id') : null
  return given && acceptable.test(given) ? given : undefined
}
