import { compare, hash } from '@node-rs/bcrypt'
import { createHmac } from 'node:crypto'
import { config } from './config'
import { Problem } from './errors'
import { limits } from './limits'
import { pepperOf } from './peppers'

/** Under AUTH_POLICY=restricted nothing rests on a password. */
export function assertPasswordsAllowed() {
  if (config.AUTH_POLICY === 'restricted') throw new Problem(403, 'auth_restricted', 'Sign in with Microsoft')
}

/** bcrypt cuts at 72 bytes, so it is given a keyed digest that no password can outgrow. The pepper's key id is kept beside the hash. */
const digest = (password: string, pepper: Buffer) => createHmac('sha384', pepper).update(password.normalize('NFKC')).digest('base64')

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

const currentKid = () => config.ENCRYPTION_KEYS[0]?.kid ?? ''

/** `kid:bcrypt`, cost 12. */
export async function hashPassword(password: string): Promise<string> {
  const kid = currentKid()
  const pepper = await pepperOf(kid)
  if (!pepper) throw new Error('ENCRYPTION_KEYS is empty')
  return `${kid}:${await inTurn(() => hash(digest(password, pepper), { cost: limits.bcryptCost }))}`
}

interface Kept {
  /** Of the pepper; none in a hash that was brought along from elsewhere, which is bcrypt of the password itself. */
  kid?: string
  bcrypt: string
  cost: number
}

function read(kept: string | null | undefined): Kept | undefined {
  const [, kid, variant, cost = '', rest = ''] = kept?.match(/^(?:([\w-]{1,32}):)?\$(2[aby])\$(\d\d)\$([./A-Za-z0-9]{53})$/) ?? []
  const known = variant !== undefined && Number(cost) >= 4 && Number(cost) <= limits.bcryptCostMost
  return known ? { kid, bcrypt: `$${variant}$${cost}$${rest}`, cost: Number(cost) } : undefined
}

/** Nobody's hash: it takes the time of its cost, and no password is known for it. */
const nobodys = (cost: number) => `$2b$${String(cost).padStart(2, '0')}$K2/nDK8DwbfUp4uXeftcR.gXKvfnT30QqILe8cwDhlKQKfw1B83E2`

/** 2^4 + 2^4 + 2^5 + ... + 2^11 = 2^12: what is left to do after a cheaper verification, so that it does not show who has an old hash. */
async function makeUp(cost: number) {
  for (let more = cost; more < limits.bcryptCost; more += 1) await compare('', nobodys(more))
}

/** Costs one verification whoever is asked for: without a hash (unknown user, no password) it verifies against nobody's and says no. */
export async function verifyPassword(password: string, kept: string | null | undefined): Promise<boolean> {
  const found = read(kept)
  const pepper = found?.kid === undefined ? undefined : await pepperOf(found.kid)
  const usable = found && (found.kid === undefined || pepper) ? found : undefined
  const said = pepper ? digest(password, pepper) : password
  return inTurn(async () => {
    const matches = await compare(said, usable?.bcrypt ?? nobodys(limits.bcryptCost))
    if (usable) await makeUp(usable.cost)
    return matches && usable !== undefined
  })
}

/** Whether a hash is not what `hashPassword` makes today: brought along, of another cost, or with a pepper that was rotated. */
export function isOutdated(kept: string): boolean {
  const found = read(kept)
  return found?.kid !== currentKid() || found.cost !== limits.bcryptCost
}
