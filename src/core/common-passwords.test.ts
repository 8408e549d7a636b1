import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Problem } from './errors'
import { assertUncommonPassword } from './common-passwords'

const email = 'maria.rossi+work@nordwind-logistics.example'

/** What is said against it, or undefined where it is taken. */
function fault(password: string) {
  try {
    assertUncommonPassword(password, email, '/new_password')
  } catch (error) {
    const { status, more } = error as Problem
    expect(status).toBe(422)
    expect(more.errors).toHaveLength(1)
    expect(more.errors![0]!.path).toBe('/new_password')
    expect(JSON.stringify(more)).not.toContain(password)
    return more.errors![0]!.message
  }
  return undefined
}

describe('a new password', () => {
  // ASVS 6.2.1, 6.2.9
  test('has 12 to 256 characters, counted as people count', () => {
    expect(fault('xk7Qz!pLw2v')).toBe('must have at least 12 characters')
    expect(fault('xk7Qz!pLw2vT')).toBeUndefined()
    const varied = Array.from({ length: 300 }, (_, index) => String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000))).join('')
    expect(fault(varied.slice(0, 256))).toBeUndefined()
    expect(fault(varied.slice(0, 257))).toBe('must have at most 256 characters')
    expect(fault('🦊🌲🚲🎻🧭🪁🏔️🧩🔭🪐🛶🎯')).toBeUndefined()
  })

  // ASVS 6.2.4
  test.each([
    ['password1234'],
    ['P@ssw0rd1234!'],
    ['Passw0rd2026!'],
    ['welcome12345'],
    ['Administrator'],
    ['adminadmin123'],
    ['letmein-please'],
    ['iloveyouforever'],
    ['correct horse battery staple'.replaceAll(' ', '')],
    ['1q2w3e4r5t6y'],
    ['Summer2026!!!'],
    ['thisismypassword'],
    ['changeme-2026'],
    ['2026password!'],
  ])('that is common is refused: %s', (password) => expect(fault(password)).toBe('is a common password'))

  // ASVS 6.2.4
  test('that is among the 3,000 most used of its length is refused, in any letters', async () => {
    const list = (await Bun.file(join(import.meta.dir, 'common-passwords.txt')).text())
      .split('\n')
      .filter((line) => line && !line.startsWith('# '))
    expect(new Set(list).size).toBe(5000)
    expect(list.filter((password) => !fault(password))).toEqual([])
    // As people have them in leaks, from the head of the list to its 3,000th.
    const known = [
      'Mailcreated5240',
      'sonyericsson',
      'GHBDTNrfrltkf',
      'leave me alone',
      'FINALFANTASY',
      'euamominhafamilia',
      'estabilizador',
    ]
    for (const password of known) expect([password, fault(password)]).toEqual([password, 'is a common password'])
  })

  test.each([['aaaaaaaaaaaa'], ['abc9abc9abc9'], ['xk7Qz!xk7Qz!'], ['ababababababa'], ['ha ha ha ha ha ha']])(
    'that repeats itself is refused: %s',
    (password) => expect(fault(password)).toBe('repeats itself'),
  )

  test.each([
    ['123456789012'],
    ['abcdefghijkl'],
    ['987654321098'],
    ['qwertyuiop12'],
    ['1qaz2wsx3edc'],
    ['asdfghjkl;12'],
    ['abcd1234efgh'],
    ['0987654321zxc'],
  ])('that is a sequence is refused: %s', (password) => expect(fault(password)).toBe('is a sequence that is easy to guess'))

  // ASVS 6.2.11
  test('with the product or a part of the address is refused, masked or not', () => {
    for (const password of ['xk7Monozu!pLw2v', 'xk7M0n0zu!pLw2v']) expect(fault(password)).toBe('must not contain the name of the product')
    for (const password of ['zk3-Maria-81fQx', 'ROSSI_vk29xq!w', 'nordwind#82kqpz', '4xlogistics!kz9', 'zk3-m4r1a-81fQx'])
      expect(fault(password)).toBe('must not contain a part of your e-mail address')
  })

  // ASVS 6.2.5
  test('that means nothing to a guesser is taken, without rules of composition', () => {
    for (const password of [
      'lantern whistle copper dune',
      'xk7Qz!pLw2vT',
      'vrtkplmzqshn',
      '830274619582',
      'quando piove leggo in soffitta',
    ])
      expect(fault(password)).toBeUndefined()
  })
})
