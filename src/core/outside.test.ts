import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authority } from '../testing/certificates'
import { dns } from '../testing/dns'
import { config } from './config'
import { limits } from './limits'
import { fetchOutside, isPublic } from './outside'

let resolver: Awaited<ReturnType<typeof dns>>
let asked: string[] = []
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url)
    asked.push(`${request.headers.get('host')} ${pathname}`)
    if (pathname === '/away') return Response.redirect('http://127.0.0.1/')
    if (pathname === '/long') return new Response('x'.repeat(limits.providerBytes + 1))
    if (pathname === '/packed')
      return new Response(Bun.gzipSync(Buffer.alloc(limits.providerBytes + 1)), { headers: { 'content-encoding': 'gzip' } })
    return pathname === '/silent' ? new Promise<Response>(() => {}) : Response.json({ ok: true })
  },
})

beforeAll(async () => {
  resolver = await dns()
  config.DNS_SERVER = resolver.address
})
afterEach(() => {
  config.OIDC_PRIVATE_NETWORKS = []
  asked = []
})
afterAll(() => {
  config.DNS_SERVER = ''
  resolver.close()
  return server.stop(true)
})

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: { code?: unknown; name?: string }) => (typeof error.code === 'string' ? error.code : error.name),
  )
const at = (path: string, host = '127.0.0.1') => `http://${host}:${server.port}${path}`

// ASVS 15.3.2
test('what is not of the public internet is known, in every spelling', () => {
  const inside =
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 64:ff9b::7f00:1 2002:7f00:1:: 2001::1 2001:db8::1 localhost'
  expect(inside.split(' ').filter(isPublic)).toEqual([])
  const outside = '1.1.1.1 172.15.255.255 172.32.0.1 192.167.255.255 223.255.255.255 2606:4700::1111 2a00:1450::1 ::ffff:1.1.1.1'
  expect(outside.split(' ').filter((address) => !isPublic(address))).toEqual([])
})

describe('a call to an address that a tenant chose', () => {
  // ASVS 1.3.6, 13.2.4
  test('reaches nothing that is not public, however it is written or resolved', async () => {
    const { port } = server
    const own = Object.entries({ 'inside.example': '127.0.0.1', 'metadata.example': '169.254.169.254' })
    for (const [name, address] of own) resolver.addresses.set(name, [address])
    const hosts = [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'inside.example',
      'metadata.example',
    ]
    for (const host of hosts)
      for (const scheme of ['http', 'https'])
        expect([host, await codeOf(fetchOutside(`${scheme}://${host}:${port}/`))]).toEqual([host, 'refused_outside'])
    expect(await codeOf(fetchOutside('https://nobody.example/'))).toBe('refused_outside')
    for (const address of ['file:///etc/passwd', 'ftp://1.1.1.1/', 'https://user:password@1.1.1.1/', 'http://1.1.1.1/'])
      expect([address, await codeOf(fetchOutside(address))]).toEqual([address, 'refused_outside'])
    expect(asked).toEqual([])
  })

  test('connects to the address that was looked at, though the name leads elsewhere a moment later, and keeps the name', async () => {
    config.OIDC_PRIVATE_NETWORKS = ['127.0.0.1/32']
    resolver.addresses.set('turning.example', ['127.0.0.1', '127.0.0.2'])
    expect(await (await fetchOutside(at('/', 'turning.example'))).json()).toEqual({ ok: true })
    expect(asked).toEqual([`turning.example:${server.port} /`])
    expect(await codeOf(fetchOutside(at('/', 'turning.example')))).toBe('refused_outside')
  })

  test('follows no redirect, and takes neither a long answer nor one that unfolds', async () => {
    config.OIDC_PRIVATE_NETWORKS = ['127.0.0.1/32']
    for (const path of ['/away', '/long', '/packed'])
      expect([path, await codeOf(fetchOutside(at(path)))]).toEqual([path, 'refused_outside'])
    expect(asked).toHaveLength(3)
  })

  test('ends with the patience of who asks', async () => {
    config.OIDC_PRIVATE_NETWORKS = ['127.0.0.1/32']
    const asking = new AbortController()
    const silent = codeOf(fetchOutside(at('/silent'), { signal: asking.signal }))
    while (!asked.length) await Bun.sleep(1)
    asking.abort()
    expect(await silent).toBe('AbortError')
  })
})

// ASVS 12.3.2
test('the certificate is held against the name that was asked for, not against the address that is connected to, and against its authority', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'monozu-outside-'))
  const [known, unknown] = [authority('known'), authority('unknown')]
  writeFileSync(join(folder, 'authority.pem'), known.certificate)
  resolver.addresses.set('issuer.example', ['127.0.0.1'])
  const heard: string[] = []
  const shows = ({ certificate, keyText }: ReturnType<typeof known.certify>) =>
    Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      tls: { cert: certificate, key: keyText },
      fetch: ({ headers }) => (heard.push(headers.get('host')!), Response.json({ ok: true })),
    })
  // Which authorities are known is settled as a process starts.
  const ask = async (peer: ReturnType<typeof shows>, host = 'issuer.example', trusted = true) => {
    const program = `import { fetchOutside } from '${join(import.meta.dir, 'outside.ts')}'
      fetchOutside('https://${host}:${peer.port}/').then((reply) => reply.text(), ({ code }) => code).then(console.log)`
    const env = {
      PATH: Bun.env.PATH,
      DNS_SERVER: resolver.address,
      OIDC_PRIVATE_NETWORKS: '127.0.0.1/32',
      ...(trusted && { NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') }),
    }
    const { stdout } = Bun.spawn([process.execPath, '-e', program], { env, stdout: 'pipe', stderr: 'inherit' })
    return (await new Response(stdout).text()).trim()
  }
  const [right, byAddress, elsewhere, forged] = [
    known.certify('issuer.example'),
    known.certify('127.0.0.1'),
    known.certify('other.example'),
    unknown.certify('issuer.example'),
  ].map(shows)
  try {
    expect(await ask(right!)).toBe('{"ok":true}')
    expect(await ask(byAddress!, '127.0.0.1')).toBe('{"ok":true}')
    expect(heard).toEqual([`issuer.example:${right!.port}`, `127.0.0.1:${byAddress!.port}`])
    for (const peer of [byAddress, elsewhere]) expect(await ask(peer!)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(await ask(right!, '127.0.0.1')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(await ask(forged!)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    expect(await ask(right!, 'issuer.example', false)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    expect(heard).toHaveLength(2)
  } finally {
    for (const peer of [right, byAddress, elsewhere, forged]) void peer!.stop(true)
    rmSync(folder, { recursive: true })
  }
}, 30_000)
