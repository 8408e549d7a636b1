import { Resolver, lookup } from 'node:dns/promises'
import { isIP, isIPv4 } from 'node:net'
import { config } from './config'
import { limits } from './limits'
import { within } from './networks'

/** What is not of the public internet (IANA special-purpose registries, RFC 6890), or leads by translation to what may not be. */
const reserved = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]

export const isPublic = (address: string) => within(['0.0.0.0/0', '2000::/3'], address) && !within(reserved, address)

/** A call that policy forbids, or an answer that is too much of one. */
class Refused extends Error {
  readonly code = 'refused_outside'
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host)) return [host]
  if (!config.DNS_SERVER) return (await lookup(host, { all: true })).map(({ address }) => address)
  const resolver = new Resolver({ timeout: limits.dnsMs, tries: 2 })
  resolver.setServers([config.DNS_SERVER])
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  return found.flatMap((family) => (family.status === 'fulfilled' ? family.value : []))
}

/** The one address that is connected to. A name one of whose addresses is not public is refused whole: who is to say which one comes next. */
async function destinationOf({ protocol, hostname }: URL): Promise<string> {
  const addresses = await addressesOf(hostname.replace(/^\[|\]$/g, ''))
  const isOpened = (address: string) => within(config.OIDC_PRIVATE_NETWORKS, address)
  if (!addresses.length) throw new Refused('no address')
  if (!addresses.every((address) => isOpened(address) || (isPublic(address) && protocol === 'https:'))) throw new Refused('not public')
  return addresses.find((address) => isIPv4(address)) ?? addresses[0]!
}

async function readAtMost(body: ReadableStream<Uint8Array> | null, most: number) {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.length
    if (bytes > most) throw new Refused('too long an answer')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/**
 * As fetch, for an address that a tenant chose: https alone, to the public internet alone, without redirects, 5 s and 256 KiB at most. The name is resolved once; what
 * was looked at is what is connected to, while the certificate is held against the name. OIDC_PRIVATE_NETWORKS opens more where nothing is in production.
 */
export async function fetchOutside(address: string, init: RequestInit = {}): Promise<Response> {
  const url = new URL(address)
  const signal = AbortSignal.any([AbortSignal.timeout(limits.providerSeconds * 1000), ...(init.signal ? [init.signal] : [])])
  const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
  aborted.catch(() => {})
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) throw new Refused('no address to call')
  const destination = await Promise.race([destinationOf(url), aborted])
  const headers = new Headers(init.headers)
  headers.set('host', url.host)
  const pinned = new URL(url)
  pinned.hostname = isIPv4(destination) ? destination : `[${destination}]`
  const tls = url.protocol === 'https:' && pinned.hostname !== url.hostname ? { serverName: url.hostname } : {}
  const reply = await fetch(pinned, {
    ...init,
    headers,
    signal,
    redirect: 'manual',
    keepalive: false,
    tls: { ...tls, rejectUnauthorized: true },
  })
  if (reply.status >= 300 && reply.status < 400) throw new Refused('a redirect')
  const body = await readAtMost(reply.body, limits.providerBytes)
  return new Response(body.length ? body : null, { status: reply.status, headers: reply.headers })
}
