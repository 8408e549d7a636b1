import { expect, test } from 'bun:test'
import { BlockList } from 'node:net'
import fc from 'fast-check'
import { readNetwork, within } from './networks'

test.each([
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['192.0.2.0/24', '192.0.2.255', true],
  ['192.0.2.0/24', '192.0.3.0', false],
  ['128.0.0.0/1', '255.255.255.255', true],
  ['128.0.0.0/1', '127.255.255.255', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '2001:db8::1', true],
  ['::/0', '203.0.113.9', false],
  ['2001:db8::/32', '2001:0DB8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::', false],
  ['2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
  ['::1', '::1', true],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201', true],
  ['192.0.2.0/24', '::ffff:192.0.2.9', true],
  ['::ffff:192.0.2.9', '192.0.2.9', true],
  ['192.0.2.0/24', '192.0.2.128/25', true],
  ['192.0.2.128/25', '192.0.2.0/24', false],
  ['192.0.2.0/24', 'fe80::1%eth0', false],
  ['192.0.2.0/24', 'elsewhere', false],
])('%s holds %s: %p', (network, address, expected) => {
  expect(within([network], address)).toBe(expected)
})

test('an address that is not known is within nothing, and nothing is within no network', () => {
  expect(within(['0.0.0.0/0', '::/0'], undefined)).toBe(false)
  expect(within([], '192.0.2.1')).toBe(false)
})

test.each([
  '',
  '192.0.2',
  '192.0.2.256',
  '192.0.02.1',
  '192.0.2.1/',
  '192.0.2.1/33',
  '192.0.2.0/024',
  '192.0.2.0/24/24',
  '192.0.2.0/-1',
  '192.0.2.0/24 ',
  '192.0.2.1/24',
  '2001:db8::1/64',
  '2001:db8::/129',
  '::ffff:192.0.2.0/120',
  '2001:db8::1::',
  'fe80::1%eth0',
  'example.com',
])('%p is no network', (text) => {
  expect(readNetwork(text)).toBeUndefined()
})

test('any IPv4 or IPv6 network holds what the platform’s own list says it holds', () => {
  const check = (family: 'ipv4' | 'ipv6', network: string, bits: number, address: string) => {
    const size = family === 'ipv4' ? 32 : 128
    const list = new BlockList()
    list.addSubnet(network, bits, family)
    const start = readNetwork(network)!
    // A mapped address counts as IPv4 here; the platform compares it by family.
    fc.pre(start.size === size && readNetwork(address)!.size === size)
    const behind = (1n << BigInt(size - bits)) - 1n
    const sound = readNetwork(`${network}/${bits}`)
    expect(sound === undefined).toBe((start.value & behind) !== 0n)
    if (sound) expect(within([`${network}/${bits}`], address)).toBe(list.check(address, family))
  }
  fc.assert(fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), fc.ipV4(), (...given) => check('ipv4', ...given)))
  fc.assert(fc.property(fc.ipV6(), fc.integer({ min: 1, max: 128 }), fc.ipV6(), (...given) => check('ipv6', ...given)))
})
