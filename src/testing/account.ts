import { type Client, signedIn } from './api'
import { owner } from './owner'
import { hashPassword } from '../core/passwords'

export const password = 'correct horse battery staple'
const passwordHash = hashPassword(password)

export const givePassword = async (user_id: string, hash?: string) =>
  owner`insert into identity (id, user_id, kind, password_hash, created_at) values (${Bun.randomUUIDv7()}, ${user_id}, 'password', ${hash ?? (await passwordHash)}, now())`

/** Somebody signed in who also has `password`. */
export async function withPassword(...given: Parameters<typeof signedIn>): Promise<Client> {
  const client = await signedIn(...given)
  await givePassword(client.user_id)
  return client
}
