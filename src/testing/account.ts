import { type Client, signedIn } from './api'
import { owner } from './owner'
import { limits } from '../core/limits'
import { hashPassword } from '../core/passwords'

export const password = 'correct horse battery staple'
const hashes = new Map<number, Promise<string>>()

/** Of the cost of now: another would be made anew as its owner signs in. */
function passwordHash() {
  const known = hashes.get(limits.bcryptCost) ?? hashPassword(password)
  hashes.set(limits.bcryptCost, known)
  return known
}

export const givePassword = async (user_id: string, hash?: string) =>
  owner`insert into identity (id, user_id, kind, password_hash, created_at) values (${Bun.randomUUIDv7()}, ${user_id}, 'password', ${hash ?? (await passwordHash())}, now())`

/** Somebody signed in who also has `password`. */
export async function withPassword(...given: Parameters<typeof signedIn>): Promise<Client> {
  const client = await signedIn(...given)
  await givePassword(client.user_id)
  return client
}
