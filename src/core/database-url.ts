import { codeOf } from './problem'

const modes: Record<string, 'disable' | 'verify-full'> = {
  disable: 'disable',
  false: 'disable',
  require: 'verify-full',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
  true: 'verify-full',
}

/**
 * Brings a URL to the one form that both drivers read alike: TLS whose certificate is held against the name and its authority, or none. Each by itself takes
 * `sslmode=require` for something else. Throws what is wrong with it.
 */
export function asDatabaseUrl(text: string): string {
  const url = new URL(text)
  const asked = url.searchParams.get('sslmode') ?? url.searchParams.get('ssl') ?? Bun.env.PGSSLMODE ?? 'disable'
  const mode = Object.hasOwn(modes, asked) ? modes[asked] : undefined
  if (!mode)
    throw new Error('must have sslmode=verify-full (as require and verify-ca are read, too) or disable: nothing goes on without TLS')
  for (const name of ['sslmode', 'ssl']) url.searchParams.delete(name)
  if ([...url.searchParams.keys()].some((name) => name.startsWith('ssl') || name === 'uselibpqcompat'))
    throw new Error('says of TLS only sslmode; NODE_EXTRA_CA_CERTS names the file of an authority of your own')
  url.searchParams.set('sslmode', mode)
  return url.href
}

/** What to tell an operator whose database shows a certificate that is not believed. */
export function certificateFault(error: unknown): string | undefined {
  const code = codeOf(error)
  return /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/.test(code)
    ? `the certificate of the database is not trusted (${code}); the name in DATABASE_URL must be its own, and NODE_EXTRA_CA_CERTS the file of its authority where that is not a public one`
    : undefined
}
