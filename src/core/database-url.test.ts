import { afterEach, expect, test } from 'bun:test'
import { asDatabaseUrl, certificateFault } from './database-url'

afterEach(() => void delete Bun.env.PGSSLMODE)
const modeOf = (query: string) => new URL(asDatabaseUrl(`postgres://a:b@db.example/c${query}`)).search

// ASVS 12.3.2
test('the URL of a database says TLS with a verified certificate, or none, whatever it is written like', () => {
  for (const query of ['?sslmode=require', '?sslmode=verify-ca', '?sslmode=verify-full', '?ssl=true', '?ssl=require'])
    expect([query, modeOf(query)]).toEqual([query, '?sslmode=verify-full'])
  for (const query of ['', '?sslmode=disable', '?ssl=false']) expect([query, modeOf(query)]).toEqual([query, '?sslmode=disable'])
  expect(modeOf('?application_name=x&sslmode=require&ssl=false')).toBe('?application_name=x&sslmode=verify-full')
})

test('what would go on without TLS, or without verifying, is refused', () => {
  for (const query of ['prefer', 'allow', 'no-verify', '', 'toString'].map((mode) => `?sslmode=${mode}`))
    expect(() => modeOf(query)).toThrow('must have sslmode=verify-full')
  for (const query of ['?sslmode=require&uselibpqcompat=true', '?sslrootcert=/x', '?sslmode=require&sslnegotiation=direct'])
    expect(() => modeOf(query)).toThrow('NODE_EXTRA_CA_CERTS')
})

test('where the URL is silent, what the environment asks for counts alike', () => {
  Bun.env.PGSSLMODE = 'require'
  expect([modeOf(''), modeOf('?sslmode=disable')]).toEqual(['?sslmode=verify-full', '?sslmode=disable'])
  Bun.env.PGSSLMODE = 'prefer'
  expect(() => modeOf('')).toThrow('must have sslmode=verify-full')
})

test('a fault of the certificate is told from a database that is away', () => {
  const codes = ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED']
  for (const code of codes) expect(certificateFault({ code })).toContain(`is not trusted (${code})`)
  for (const code of ['ECONNREFUSED', 'CONNECT_TIMEOUT', '28P01', undefined]) expect(certificateFault({ code })).toBeUndefined()
})
