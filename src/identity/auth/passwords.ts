import { compare, hash } from '@node-rs/bcrypt'
import { createHmac } from 'node:crypto'
import { config } from '../../core/config'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { derive } from '../../core/secrets'

/** Under AUTH_POLICY=restricted nothing rests on a password. */
export function assertPasswordsAllowed() {
  if (config.AUTH_POLICY === 'restricted') throw new Problem(403, 'auth_restricted', 'Sign in with Microsoft')
}

/** bcrypt cuts at 72 bytes, so it is given a keyed digest that no password can outgrow. The pepper's key id is kept beside the hash. */
function digest(password: string, kid: string): string | undefined {
  const key = config.ENCRYPTION_KEYS.find((known) => known.kid === kid)?.key.toString('base64')
  return key && createHmac('sha384', derive('password pepper', key)).update(password.normalize('NFKC')).digest('base64')
}

let running = 0
const queue: (() => void)[] = []

/** bcrypt takes a core for a quarter of a second: a few at once, a bounded number waiting, the rest are asked to come again. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= limits.bcryptAtOnce) {
    if (queue.length >= limits.bcryptWaiting) throw new Problem(429, 'rate_limited', 'Too many sign-ins at once', { retryAfterSeconds: 5 })
    await new Promise<void>((resolve) => queue.push(resolve))
  }
  running += 1
  try {
    return await work()
  } finally {
    running -= 1
    queue.shift()?.()
  }
}

/** `kid:bcrypt`, cost 12. */
export async function hashPassword(password: string): Promise<string> {
  const kid = config.ENCRYPTION_KEYS[0]?.kid ?? ''
  const digested = digest(password, kid)
  if (!digested) throw new Error('ENCRYPTION_KEYS is empty')
  return `${kid}:${await inTurn(() => hash(digested, { cost: limits.bcryptCost }))}`
}

const wellFormed = /^([\w-]+):(\$2[aby]\$\d\d\$[./A-Za-z0-9]{53})$/
let dummy: Promise<string> | undefined

/** Costs one verification whoever is asked for: without a hash (unknown user, no password) it verifies against a dummy and says no. */
export async function verifyPassword(password: string, kept: string | null | undefined): Promise<boolean> {
  dummy ??= hash('nobody has this password', { cost: limits.bcryptCost })
  const [, kid = '', bcrypt] = kept?.match(wellFormed) ?? []
  const digested = digest(password, kid)
  const against = bcrypt && digested ? bcrypt : await dummy
  const matches = await inTurn(() => compare(digested ?? password.slice(0, 64), against))
  return matches && bcrypt !== undefined && digested !== undefined
}
