import { afterEach, describe, expect, test } from 'bun:test'
import { createHmac, generateKeyPairSync, sign as signAsymmetric } from 'node:crypto'
import { problem, send, signedIn } from '../testing/api'
import { limits } from './limits'
import { moveClock } from './clock'
import { config } from './config'
import { accessSeconds, verifyAccess } from './tokens'

afterEach(() => moveClock(0))

const encode = (value: object | string) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
const sign = (header: object, claims: object, key: string | Buffer = config.SECRET_KEY, algorithm = 'sha256') => {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createHmac(algorithm, key).update(signed).digest('base64url')}`
}
const me = (authorization: string) => send('GET', '/api/v1/me', { headers: { authorization } })
const statusOf = async (token: string) => (await me(`Bearer ${token}`)).status

/** A token of ours, taken apart. */
async function genuine() {
  const { token } = await signedIn()
  const [head = '', body = '', signature = ''] = token.split('.')
  return { token, head, body, signature, header: decode(head), claims: decode(body) }
}

test('a token signed as ours is taken: what follows is refused for its own fault alone', async () => {
  const { header, claims, token } = await genuine()
  expect(header).toMatchObject({ alg: 'HS256', typ: 'at+jwt' })
  expect(Object.keys(claims).sort()).toEqual(['amr', 'aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub', 'tenant_id', 'user_id'])
  expect(await statusOf(sign(header, claims))).toBe(200)
  expect(await statusOf(token)).toBe(200)
})

describe('a forged token', () => {
  // ASVS 9.1.1, 9.1.2
  test.each(['none', 'None', 'NONE', 'nOnE', ''])('of algorithm "%s" is refused', async (alg) => {
    const { header, body, claims, signature } = await genuine()
    expect(await statusOf(`${encode({ ...header, alg })}.${body}.`)).toBe(401)
    expect(await statusOf(`${encode({ ...header, alg })}.${body}.${signature}`)).toBe(401)
    expect(await statusOf(sign({ ...header, alg }, claims))).toBe(401)
  })

  // ASVS 9.1.1, 9.1.3
  test('signed with another key, a weaker or an empty one, is refused', async () => {
    const { header, claims } = await genuine()
    for (const key of ['another key of thirty-two characters', '', '\0', 'secret', String(header.kid), Buffer.alloc(32)]) {
      expect(await statusOf(sign(header, claims, key))).toBe(401)
    }
  })

  // ASVS 9.1.2
  test('with another HMAC of the right key is refused', async () => {
    const { header, claims } = await genuine()
    expect(await statusOf(sign({ ...header, alg: 'HS512' }, claims, undefined, 'sha512'))).toBe(401)
    expect(await statusOf(sign({ ...header, alg: 'HS384' }, claims, undefined, 'sha384'))).toBe(401)
    expect(await statusOf(sign({ ...header, alg: 'HS512' }, claims))).toBe(401)
  })

  // ASVS 9.1.3
  test('that brings its own key is refused', async () => {
    const { header, claims } = await genuine()
    const own = Buffer.alloc(32, 1)
    const brought: object[] = [
      { jwk: { kty: 'oct', k: own.toString('base64url') } },
      { jku: 'https://evil.example/jwks.json' },
      { x5u: 'https://evil.example/cert.pem' },
      { kid: '../../dev/null' },
      { kid: "' or 1=1" },
      { kid: undefined },
      { kid: { toString: 'x' } },
    ]
    for (const more of brought) expect(await statusOf(sign({ ...header, ...more }, claims, own))).toBe(401)
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const [alg, hash] of [
      ['RS256', 'sha256'],
      ['RS384', 'sha384'],
      ['RS512', 'sha512'],
      ['PS256', 'sha256'],
    ] as const) {
      const text = `${encode({ ...header, alg, jwk: rsa.publicKey.export({ format: 'jwk' }) })}.${encode(claims)}`
      expect([alg, await statusOf(`${text}.${signAsymmetric(hash, Buffer.from(text), rsa.privateKey).toString('base64url')}`)]).toEqual([
        alg,
        401,
      ])
    }
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = publicKey.export({ format: 'jwk' })
    const signed = `${encode({ ...header, alg: 'ES256', jwk })}.${encode(claims)}`
    expect(await statusOf(`${signed}.${signAsymmetric('sha256', Buffer.from(signed), privateKey).toString('base64url')}`)).toBe(401)
  })

  // ASVS 9.2.2
  test('that makes an extension critical, or is of another type, is refused', async () => {
    const { header, claims } = await genuine()
    const headers: object[] = [
      { typ: 'JWT' },
      { typ: 'refresh+jwt' },
      { typ: 'application/jwt' },
      { typ: undefined },
      { crit: ['exp'], exp: 1 },
      { crit: ['b64'], b64: false },
      { zip: 'DEF', crit: ['zip'] },
    ]
    for (const more of headers) expect(await statusOf(sign({ ...header, ...more }, claims))).toBe(401)
  })

  // ASVS 9.2.1, 9.2.3, 10.3.1, 10.3.3
  test.each(['iss', 'aud', 'exp', 'iat', 'sub', 'user_id', 'tenant_id', 'sid', 'jti'])('without %s is refused', async (name) => {
    const { header, claims } = await genuine()
    expect(await statusOf(sign(header, { ...claims, [name]: undefined }))).toBe(401)
    expect(await statusOf(sign(header, { ...claims, [name]: null }))).toBe(401)
  })

  test.each([
    ['iss', 'evil'],
    ['aud', 'monozu-ingest'],
    ['aud', []],
    ['aud', ['monozu-api', 'monozu-ingest']],
    ['exp', '9999999999'],
    ['exp', Math.floor(Date.now() / 1000) + 600.5],
    ['exp', Math.floor(Date.now() / 1000) + 86_400],
    ['exp', 9_999_999_999_999],
    ['exp', -1],
    ['exp', 0],
    ['exp', true],
    ['exp', [Math.floor(Date.now() / 1000) + 600]],
    ['iat', Math.floor(Date.now() / 1000) + 600],
    ['iat', 'now'],
    ['exp', Math.floor(Date.now() / 1000) - 60],
    ['nbf', Math.floor(Date.now() / 1000) + 600],
    ['sid', 'not-an-id'],
    ['sid', { toString: 'x' }],
    ['sid', "'; drop table session; --"],
    ['tenant_id', 'not-an-id'],
    ['tenant_id', "'; reset role; --"],
    ['user_id', 7],
    ['user_id', Bun.randomUUIDv7()],
    ['tenant_id', Bun.randomUUIDv7()],
    ['sid', Bun.randomUUIDv7()],
  ])('whose %s is %j is refused', async (name, value) => {
    const { header, claims } = await genuine()
    expect(await statusOf(sign(header, { ...claims, [name]: value }))).toBe(401)
  })
})

describe('a genuine token', () => {
  // ASVS 9.2.1
  test('ends when it says, with five seconds for clocks that differ', async () => {
    const { token } = await genuine()
    moveClock(accessSeconds * 1000 - 2000)
    expect(await statusOf(token)).toBe(200)
    moveClock(5000)
    expect(await statusOf(token)).toBe(200)
    moveClock(5000)
    expect(await statusOf(token)).toBe(401)
  })

  // ASVS 9.1.1, 7.2.1
  test('altered in any part is refused', async () => {
    const { token } = await genuine()
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === 'A' ? 'B' : 'A'
      const altered = token.slice(0, at) + other + token.slice(at + 1)
      if (altered !== token) expect([at, await statusOf(altered)]).toEqual([at, 401])
    }
  })

  // ASVS 1.1.1
  test('has one spelling only: no white space, padding, other alphabet or spare bits', async () => {
    const { token, head, body, signature } = await genuine()
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(signature.at(-1)!)
    const spelled = [
      ...[1, 2, 3].map((spare) => token.slice(0, -1) + alphabet[(last & ~3) | ((last + spare) & 3)]),
      ` ${token}`,
      `\t${token}`,
      `${token}=`,
      `${token}==`,
      `${head}=.${body}.${signature}`,
      `${head}.${body}=.${signature}`,
      `${head} .${body}.${signature}`,
      `${head}.${body}.${signature.slice(0, -1)}`,
      `${head}..${signature}`,
      `.${body}.${signature}`,
      `${head}.${body}`,
      `${head}.${body}.`,
      `${token}.`,
      `.${token}`,
      `${token}.${signature}`,
      `${head}.${body}.${signature}.${body}.${signature}`,
      `${head}.encrypted.iv.${body}.tag`,
      encode(token),
    ]
    for (const text of spelled) expect([text, await statusOf(text)]).toEqual([text, 401])
  })

  test('is read only from a header that says Bearer', async () => {
    const { token } = await genuine()
    for (const header of [
      token,
      `Token ${token}`,
      `Bearer${token}`,
      `Bearer  ${token}`,
      `Basic ${token}`,
      `Bearer ${token}, Bearer ${token}`,
      'Bearer',
      'Bearer ',
      '',
    ]) {
      const reply = await me(header)
      expect([header, reply.status]).toEqual([header, 401])
      expect(reply.headers.get('www-authenticate')).toBe('Bearer')
    }
    expect((await send('GET', `/api/v1/me?token=${token}&access_token=${token}`)).status).toBe(401)
    expect((await send('GET', '/api/v1/me', { headers: { cookie: `monozu_refresh=${token}; access_token=${token}` } })).status).toBe(401)
  })

  test('of 100 KB is refused without work', async () => {
    const { header, claims } = await genuine()
    const long = sign(header, { ...claims, padding: 'x'.repeat(100_000) })
    const started = performance.now()
    for (const text of [long, 'x'.repeat(100_000), '.'.repeat(100_000), 'a.'.repeat(50_000)])
      expect(await verifyAccess(text)).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(100)
    const reply = await me(`Bearer ${long}`)
    expect([reply.status, (await problem(reply)).error]).toEqual([401, 'unauthenticated'])
  })

  test('is refused as soon as its session has ended by age, remembered or not', async () => {
    const { token } = await genuine()
    expect(await statusOf(token)).toBe(200)
    moveClock(limits.sessionIdleMs + 1000)
    expect(await statusOf(token)).toBe(401)
  })
})

test('garbage is no token', async () => {
  for (const text of [
    '',
    '.',
    '..',
    '...',
    'null',
    'undefined',
    '[object Object]',
    'eyJhbGciOiJIUzI1NiJ9',
    '{}.{}.{}',
    '\u00e9',
    '%00',
    'a.b.c',
    `${'A'.repeat(20)}.${'A'.repeat(20)}.${'A'.repeat(43)}`,
  ]) {
    expect([text, await statusOf(text)]).toEqual([text, 401])
  }
})
