import { describe, expect, test } from 'bun:test'
import { join, resolve } from 'node:path'
import { limits as ingestor } from '../ingestor/limits'
import { limits as api } from './core/limits'
import { app } from './app'
import { fullPasswordCost } from './testing/password-cost'
import { sourcesOf } from './testing/sources'

const root = resolve(import.meta.dir, '..')
const page = await Bun.file(join(root, 'docs/security.md')).text()
const section = (title: string) => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
const holding = async (folders: string[], pattern: RegExp) =>
  (await sourcesOf(folders)).filter(({ text }) => pattern.test(text)).map(({ file }) => file)

describe('docs/security.md', () => {
  // ASVS 2.1.3, 6.1.1, 7.1.1, 15.1.3
  test('names the figures that the program uses', () => {
    const rows = [...page.matchAll(/^\|[^|]+\| +([\d,]+) +\| +`(api|ingestor)\.(\w+)` +\|$/gm)]
    const known: Record<string, Record<string, unknown>> = { api: { ...api, bcryptCost: fullPasswordCost }, ingestor }
    expect(rows.length).toBeGreaterThan(25)
    for (const [, figure = '', part = '', name = ''] of rows)
      expect([name, Number(figure.replaceAll(',', ''))]).toEqual([name, known[part]?.[name] as number])
  })

  // ASVS 2.1.1, 2.1.2, 6.1.2, 6.1.3, 7.1.2, 7.1.3, 8.1.1, 8.1.2, 11.1.1, 11.1.2, 13.1.1, 14.1.1, 14.1.2, 15.1.1, 16.1.1
  test.each([
    [
      'Signing in',
      ['recovery code', 'API token', 'device key', 'reset link', 'Guessing', 'number of sessions', 'identity provider', '`monozu`'],
    ],
    ['Who may do what', ['permission', 'organization units', 'Fields']],
    ['Input', ['patterns, ranges', 'Combinations']],
    ['Data', ['secret', 'personal', 'operational', 'public']],
    ['Keys', ['SECRET_KEY', 'SECRET_KEY_PREVIOUS', 'ENCRYPTION_KEYS', 'keys rewrap', 'once a year', 'HMAC-SHA-256', 'AES-256-GCM']],
    ['Calls to the outside', ['DATABASE_URL', 'RESEND_URL', 'SMTP_URL']],
    ['Logs', ['JSON lines', 'UTC', 'Audit rows']],
    ['Components', ['bun.lock', 'critical is updated within 2 days']],
  ])('says under "%s" what an auditor looks for', (title, words) => {
    for (const word of words) expect(section(title)).toContain(word)
  })
})

describe('the source', () => {
  // ASVS 1.3.2, 1.3.7, 3.2.2, 3.7.1
  test('runs no text as code and puts none into a page as markup', async () => {
    expect(
      await holding(
        ['src', 'ingestor', 'web/src'],
        /\beval\(|new Function\(|dangerouslySetInnerHTML|\.innerHTML|document\.write|postMessage\(|<(object|embed|applet)\b/,
      ),
    ).toEqual([])
  })

  // ASVS 11.3.1, 11.4.1, 11.5.1
  test('uses no weak cipher or hash, and no guessable randomness on the server but to spread retries', async () => {
    // SHA-1 stands where others ask for it: in lists of breached passwords as their name there, and in RFC 6238 as the authenticator apps have it.
    const lists = 'src/core/breached-passwords.ts'
    expect(await holding(['src', 'ingestor'], /-(ecb|cbc)\b|createHash\(['"](md5|sha1)|CryptoHasher\(['"](md5|sha1)['"]/i)).toEqual([lists])
    expect((await holding(['src', 'ingestor'], /['"]sha1['"]/i)).toSorted()).toEqual([lists, 'src/core/totp.ts'])
  })

  // ASVS 14.3.3
  test('keeps in the browser a theme, a language, when somebody signed in and was there last, and no secret', async () => {
    const written = (await sourcesOf(['web/src'])).flatMap(({ text }) =>
      [...text.matchAll(/(?:localStorage|sessionStorage)\.setItem\(([^)]*)\)/g)].map(([, what]) => what),
    )
    const times = ['mark, String(Date.now(', 'mark, String(ownMs', 'mark, expected']
    expect(written.toSorted()).toEqual([...times, 'storageKey, choice', 'storageKey, language'])
    expect(await holding(['web/src'], /indexedDB|document\.cookie/)).toEqual([])
  })

  // ASVS 12.3.2, 16.5.3
  test('switches the verification of certificates off nowhere', async () => {
    expect(await holding(['src', 'ingestor'], /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED/)).toEqual([])
  })

  // ASVS 15.1.2
  test('names each component with version and hash', async () => {
    const lock = await Bun.file(join(root, 'bun.lock')).text()
    const packages = [...lock.matchAll(/^ {4}"[^"]+": \["[^"]+@([^"]+)", .*\],$/gm)]
    expect(packages.length).toBeGreaterThan(100)
    for (const [line] of packages) expect(line).toMatch(/"sha512-[\w+/=]+"\],$/)
  })
})

// ASVS 6.4.2
test('no route asks for or tells a hint or a secret question', () => {
  const described = JSON.stringify(app.routes.map(({ path, hooks }) => [path, hooks.body, hooks.response]))
  expect(described).not.toMatch(/password_hint|secret_question|security_question/)
})
