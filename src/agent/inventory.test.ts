import { afterEach, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stablePorts, takeInventory } from './inventory'
import { parseArp, parseListeners, parsePortRange } from './sockets'
import { cleanUp, temporaryDirectory, testHost } from './testing'

afterEach(cleanUp)

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (local: string, state: string) => `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 1 1\n`
const everyone6 = '0'.repeat(32)

function host(files: Record<string, string>) {
  const paths = testHost(temporaryDirectory())
  mkdirSync(join(paths.procRoot, 'net'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(paths.procRoot, name), text)
  writeFileSync(paths.services, '# comment\nssh 22/tcp\npuppet 8140/tcp agent\n')
  return paths
}

test('only listening TCP sockets count, with their addresses decoded', () => {
  const text = head + row('0100007F:1F90', '0A') + row('00000000:0016', '0A') + row('070200C0:0016', '01')
  expect(parseListeners(text, 'tcp')).toEqual([
    { protocol: 'tcp', address: '127.0.0.1', port: 8080 },
    { protocol: 'tcp', address: '0.0.0.0', port: 22 },
  ])
})

test('IPv6 addresses are written as the list of interfaces writes them', () => {
  const text = head + row('B80D01200000000000000000070000000:0050'.slice(0, 32) + ':0050', '0A') + row(`${everyone6}:01BB`, '0A')
  expect(parseListeners(text, 'tcp').map(({ address }) => address)).toEqual(['2001:db8::7', '::'])
  expect(parseListeners(head + row('0000000000000000FFFF0000070200C0:0050', '0A'), 'tcp')).toMatchObject([{ address: '192.0.2.7' }])
})

test('neighbours are complete entries', () => {
  const text = `IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         0x2         02:FC:00:00:00:05     *        eth0
192.0.2.9        0x1         0x0         00:00:00:00:00:00     *        eth0
`
  expect(parseArp(text)).toEqual([{ ip: '192.0.2.1', mac: '02:fc:00:00:00:05' }])
})

test('the range of client ports has a default', () => {
  expect(parsePortRange('1024\t2000\n')).toEqual([1024, 2000])
  expect(parsePortRange('')).toEqual([32_768, 60_999])
})

test('a port shows under the addresses it can be reached at, with its service', () => {
  const paths = host({
    'net/tcp': head + row('00000000:0016', '0A') + row('0100007F:1538', '0A') + row('070200C0:1FCC', '0A'),
    'net/tcp6': head + row(`${everyone6}:01BB`, '0A'),
  })
  const [own] = takeInventory(paths).own
  expect(own).toMatchObject({ ip: '192.0.2.7', mac: '02:00:00:00:00:07' })
  expect(own?.open_ports).toEqual([
    { port: 22, protocol: 'tcp', service: 'ssh' },
    { port: 443, protocol: 'tcp', service: 'https' },
    { port: 8140, protocol: 'tcp', service: 'puppet' },
  ])
})

test('a host without a network shows its loopback ports', () => {
  const paths = { ...host({ 'net/tcp': head + row('0100007F:1538', '0A') }), interfaces: () => ({}) }
  expect(takeInventory(paths).own).toMatchObject([{ ip: '127.0.0.1', open_ports: [{ port: 5432, service: 'postgresql' }] }])
})

test('a UDP port of the client range counts only with a known service, and never as stable', () => {
  const inventory = takeInventory(
    host({ 'net/udp': head + row('00000000:CA6C', '07') + row('00000000:C351', '07') + row('00000000:00A1', '07') }),
  )
  expect(inventory.own[0]?.open_ports.map(({ service }) => service)).toEqual(['snmp', 'wireguard'])
  expect(stablePorts(inventory)).toEqual(['udp/161'])
})

test('what only this host itself reaches is told under the loopback, and alarms only outside of the range of clients', () => {
  const paths = host({ 'net/tcp': head + row('00000000:0016', '0A') + row('0100007F:1538', '0A') + row('0100007F:9C40', '0A') })
  const inventory = takeInventory(paths)
  expect(inventory.own[1]).toMatchObject({
    ip: '127.0.0.1',
    open_ports: [
      { port: 5432, protocol: 'tcp' },
      { port: 40_000, protocol: 'tcp' },
    ],
  })
  expect(stablePorts(inventory)).toEqual(['tcp/22', 'tcp/5432'])
})
