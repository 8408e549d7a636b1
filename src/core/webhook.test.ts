import { describe, expect, test } from 'bun:test'
import { signWebhook, verifyWebhook } from './webhook'

// The example of the Standard Webhooks specification and of its libraries.
const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
const at = 1_614_265_330
const body = Buffer.from('{"test": 2432232314}')
const example = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: String(at),
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  body,
}
const verified = (change: Partial<typeof example> = {}, secrets = [secret], now = at) =>
  verifyWebhook(secrets, { ...example, ...change }, now)

describe('a webhook', () => {
  // ASVS 13.2.1
  test('is signed and verified as the specification has it', () => {
    expect(signWebhook(secret, { id: example.id, timestamp: at, body })).toBe(example.signature)
    expect(verified()).toEqual({ id: example.id, at: new Date(at * 1000) })
  })

  test('holds for five minutes, either way', () => {
    for (const offset of [-300, 0, 300]) expect(verified({}, [secret], at + offset)).toBeDefined()
    for (const offset of [-301, 301, 86_400]) expect(verified({}, [secret], at + offset)).toBeUndefined()
  })

  test('may be signed with any of several secrets, and carry several signatures', () => {
    const other = Buffer.alloc(32, 3)
    expect(verified({}, [other, secret])).toBeDefined()
    expect(verified({}, [other])).toBeUndefined()
    expect(verified({}, [])).toBeUndefined()
    const wrong = signWebhook(other, { id: example.id, timestamp: at, body })
    expect(verified({ signature: `v1a,AAAA ${wrong} ${example.signature}` })).toBeDefined()
    expect(verified({ signature: `${'v1,AAAA '.repeat(30)}${example.signature}` })).toBeUndefined()
  })

  test.each([
    ['body', { body: Buffer.from('{"test": 2432232315}') }],
    ['white space in the body', { body: Buffer.from('{"test":2432232314}') }],
    ['id', { id: 'msg_other' }],
    ['id with the timestamp in it', { id: `${example.id}.${at}` }],
    ['no id', { id: '' }],
    ['id with a line break', { id: 'msg\nother' }],
    ['timestamp', { timestamp: String(at + 1) }],
    ['a timestamp with a fraction', { timestamp: `${at}.0` }],
    ['a timestamp that is no number', { timestamp: 'now' }],
    ['no signature', { signature: '' }],
    ['another version', { signature: example.signature.replace('v1,', 'v2,') }],
    ['half a signature', { signature: example.signature.slice(0, 30) }],
    ['a signature without its version', { signature: example.signature.slice(3) }],
    ['two in one', { signature: `${example.signature}, ${example.signature}`.replaceAll(' ', '') + 'AAAA' }],
  ])('with a changed %s is refused', (_, change) => {
    expect(verified(change)).toBeUndefined()
  })
})
