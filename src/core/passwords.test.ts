import { describe, expect, test } from 'bun:test'
import { hash } from '@node-rs/bcrypt'
import { givePassword, password } from '../testing/account'
import { problem, send, signedIn } from '../testing/api'
import { owner } from '../testing/owner'
import { atFullPasswordCost } from '../testing/full-password-cost'
import { hashPassword, isOutdated, verifyPassword } from './passwords'

atFullPasswordCost()

const login = (email: string, given = password) => send('POST', '/api/v1/auth/login', { body: { email, password: given } })

async function withHash(kept: string) {
  const client = await signedIn()
  await givePassword(client.user_id, kept)
  const hashOf = async () => (await owner`select password_hash from identity where user_id = ${client.user_id}`)[0]!.password_hash as string
  return { ...client, hashOf }
}

const brought = async (variant: string, cost: number, text = password) => (await hash(text, { cost })).replace(/^\$2b/, variant)

describe('a hash that was brought along', () => {
  // ASVS 11.4.2
  test.each([
    ['$2a', 10],
    ['$2b', 12],
    ['$2y', 5],
  ])('in the form %s of cost %i opens the account, is kept as ours from then on, and opens it again', async (variant, cost) => {
    const { email, hashOf, token } = await withHash(await brought(variant, cost))
    expect((await login(email, 'not the password at all')).status).toBe(401)
    expect(await hashOf()).toStartWith(variant)
    expect((await login(email)).status).toBe(200)
    expect(await hashOf()).toMatch(/^test:\$2[aby]\$12\$/)
    expect((await login(email)).status).toBe(200)
    const me = await send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${token}` } })
    expect(me.status).toBe(200)
  })

  test('is upgraded once by those who sign in together, and all of them come in', async () => {
    const { email, hashOf } = await withHash(await brought('$2y', 4))
    const replies = await Promise.all(Array.from({ length: 4 }, () => login(email)))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(isOutdated(await hashOf())).toBe(false)
  })

  test.each([
    ['too dear', '$2b$15$K2/nDK8DwbfUp4uXeftcR.gXKvfnT30QqILe8cwDhlKQKfw1B83E2'],
    ['cut off', '$2b$12$K2/nDK8DwbfUp4uXeftcR'],
    ['of another kind', '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA'],
    ['with a pepper that nobody has', 'gone:$2b$12$K2/nDK8DwbfUp4uXeftcR.gXKvfnT30QqILe8cwDhlKQKfw1B83E2'],
    ['empty', ''],
  ])('that is %s is no password', async (_, kept) => {
    const { email, hashOf } = await withHash(kept)
    expect((await problem(await login(email))).error).toBe('invalid_credentials')
    expect(await hashOf()).toBe(kept)
  })
})

// ASVS 6.2.8
test('a password of more than 72 bytes is held to its last letter', async () => {
  const long = 'lantern whistle copper dune '.repeat(4)
  const kept = await hashPassword(long)
  expect(await verifyPassword(long, kept)).toBe(true)
  expect(await verifyPassword(`${long.slice(0, -1)}x`, kept)).toBe(false)
})
