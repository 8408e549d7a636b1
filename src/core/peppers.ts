import { sql } from 'drizzle-orm'
import { config } from './config'
import { log } from './log'
import { beforeTenant } from './scope'
import { derive, seal, unseal } from './secrets'

const pepperFrom = (key: Buffer) => derive('password pepper', key.toString('base64'))

const remembered = new Map<string, Buffer>()

const place = (kid: string) => `retired_pepper ${kid}`

function open(kid: string, sealed: string): Buffer | undefined {
  try {
    return Buffer.from(unseal(sealed, place(kid)), 'base64')
  } catch {
    log.error({ kid }, 'a retired pepper cannot be opened: its passwords are refused')
    return undefined
  }
}

/** What a password is digested with before bcrypt. That of a key which left ENCRYPTION_KEYS is kept, sealed: only its owner could make a hash anew. */
export async function pepperOf(kid: string): Promise<Buffer | undefined> {
  const known = config.ENCRYPTION_KEYS.find((entry) => entry.kid === kid)
  if (known) return pepperFrom(known.key)
  const before = remembered.get(kid)
  if (before) return before
  const [row] = await beforeTenant((tx) => tx.execute<{ sealed: string | null }>(sql`select retired_pepper_of(${kid}) as sealed`))
  const pepper = row?.sealed ? open(kid, row.sealed) : undefined
  if (pepper) remembered.set(kid, pepper)
  return pepper
}

/** The peppers of the keys that are to leave, sealed with the one that stays. */
export const peppersToRetire = () =>
  config.ENCRYPTION_KEYS.slice(1).map(({ kid, key }) => ({ kid, sealed: seal(pepperFrom(key).toString('base64'), place(kid)) }))
