import { describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { config } from './config'
import { bytesOf, derive, idOf, mac, mintCredential, readCredential, seal, unseal } from './secrets'

const ids = () => [Bun.randomUUIDv7(), Bun.randomUUIDv7()] as const

describe('a sealed value', () => {
  // ASVS 11.3.1, 11.3.2
  test('is opened where it was put, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.uuid(),
        (text, row) => unseal(seal(text, row), row) === text.toWellFormed(),
      ),
    )
  })

  test('looks different each time and tells nothing but the name of its key', () => {
    const [one, other] = [seal('a secret text', 'row'), seal('a secret text', 'row')]
    expect(one).not.toBe(other)
    expect(one).toMatch(/^test:[\w+/=]+$/)
    expect(Buffer.from(one.slice(5), 'base64').toString('latin1')).not.toContain('secret')
  })

  // ASVS 11.3.3
  test('is not opened elsewhere, altered, cut, or under another name', () => {
    const sealed = seal('a secret text', 'row')
    expect(() => unseal(sealed, 'other row')).toThrow()
    const bytes = Buffer.from(sealed.slice(5), 'base64')
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes)
      altered[at]! ^= 1
      expect(() => unseal(`test:${altered.toString('base64')}`, 'row')).toThrow()
    }
    for (const text of [
      '',
      'test',
      'test:',
      `test:${bytes.subarray(0, 20).toString('base64')}`,
      `test:${bytes.subarray(0, -1).toString('base64')}`,
      `gone:${sealed.slice(5)}`,
    ]) {
      expect(() => unseal(text, 'row')).toThrow()
    }
  })

  // ASVS 11.2.2
  test('stays readable when a new key is put in front, and not when its own is taken away', () => {
    const sealed = seal('old', 'row')
    const before = [...config.ENCRYPTION_KEYS]
    try {
      config.ENCRYPTION_KEYS.unshift({ kid: 'next', key: randomBytes(32) })
      expect(unseal(sealed, 'row')).toBe('old')
      expect(seal('new', 'row')).toStartWith('next:')
      config.ENCRYPTION_KEYS.splice(1)
      expect(() => unseal(sealed, 'row')).toThrow('not in ENCRYPTION_KEYS')
    } finally {
      config.ENCRYPTION_KEYS.splice(0, config.ENCRYPTION_KEYS.length, ...before)
    }
  })
})

describe("a machine's credential", () => {
  // ASVS 11.5.1
  test('names its tenant and row, and is 256 bits that nobody can guess', () => {
    const [tenant_id, id] = ids()
    const minted = Array.from({ length: 50 }, () => mintCredential('mzd', tenant_id, id))
    for (const { text, hash } of minted) {
      expect(text).toMatch(/^mzd_[0-9A-Za-z]{92}$/)
      expect(readCredential('mzd', text)).toEqual({ tenant_id, id, hash })
    }
    expect(new Set(minted.map(({ hash }) => hash)).size).toBe(50)
  })

  test('with any letter wrong, or of another kind, is refused without a look into the database', () => {
    const { text } = mintCredential('mzd', ...ids())
    for (let at = 0; at < text.length; at += 1) {
      const wrong = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1)
      expect([at, readCredential('mzd', wrong)]).toEqual([at, undefined])
    }
    for (const wrong of [
      '',
      'mzd_',
      text.slice(1),
      `${text}0`,
      ` ${text}`,
      text.replace('mzd', 'mzp'),
      `mzd_${'z'.repeat(92)}`,
      `mzd_${'0'.repeat(92)}`,
      'x'.repeat(1_000_000),
    ]) {
      expect(readCredential('mzd', wrong)).toBeUndefined()
    }
    expect(readCredential('mzp', text)).toBeUndefined()
  })

  test('garbage of the right length is never one', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.split('')),
      minLength: 92,
      maxLength: 92,
    })
    fc.assert(fc.property(letters, (text) => readCredential('mzw', `mzw_${text}`) === undefined))
  })
})

test('ids and the credentials that carry them come back as they went', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (tenant_id, id) =>
      Bun.deepMatch({ tenant_id, id }, readCredential('mzp', mintCredential('mzp', tenant_id, id).text)!),
    ),
  )
  fc.assert(fc.property(fc.uuid(), (id) => idOf(bytesOf(id)) === id))
})

test('keys of one purpose are of no use for another', () => {
  const keys = ['throttle', 'refresh token', 'password pepper', 'x', ''].map((purpose) => derive(purpose).toString('hex'))
  expect(new Set(keys).size).toBe(keys.length)
  expect(derive('x').equals(derive('x'))).toBe(true)
  expect(derive('x', 'another secret').equals(derive('x'))).toBe(false)
  expect(mac(derive('x'), 'text').equals(mac(derive('y'), 'text'))).toBe(false)
})
