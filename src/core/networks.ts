import { isIP, isIPv4 } from 'node:net'

/** An address or a network of addresses: the first `bits` of `value` count. */
interface Network {
  size: 32 | 128
  value: bigint
  bits: number
}

const ofParts = (parts: string[], radix: 10 | 16) =>
  parts.reduce((sum, part) => (sum << (radix === 10 ? 8n : 16n)) + BigInt(Number.parseInt(part, radix)), 0n)

/** RFC 4291 section 2.2: `::` stands for as many zero groups as are missing, and the last 32 bits may be in dotted form. */
function ofIPv6(text: string): bigint {
  const dotted = /[^:]*\.[^:]*$/.exec(text)?.[0]
  const low = dotted === undefined ? 0n : ofParts(dotted.split('.'), 10)
  const hex = dotted === undefined ? text : `${text.slice(0, -dotted.length)}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`
  const [head = '', tail] = hex.split('::')
  const [first, last] = [head, tail ?? ''].map((side) => side.split(':').filter(Boolean))
  const zeros = Array.from({ length: 8 - first!.length - last!.length }, () => '0')
  return ofParts([...first!, ...zeros, ...last!], 16)
}

const mappedPrefix = 0xffffn

/** undefined for what is no address. One of IPv4 inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address, as a socket for both families tells it. */
function readAddress(text: string): Network | undefined {
  if (!isIP(text) || text.includes('%')) return undefined
  if (isIPv4(text)) return { size: 32, value: ofParts(text.split('.'), 10), bits: 32 }
  const value = ofIPv6(text)
  if (value >> 32n === mappedPrefix) return { size: 32, value: value & 0xffffffffn, bits: 32 }
  return { size: 128, value, bits: 128 }
}

/** An address, or `address/bits` (RFC 4632) with nothing set behind the prefix; undefined for anything else. */
export function readNetwork(text: string): Network | undefined {
  const [address = '', length, ...rest] = text.split('/')
  const network = readAddress(address)
  if (!network || rest.length) return undefined
  if (length === undefined) return network
  const bits = Number(length)
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || bits > network.size || (network.size === 32 && address.includes(':'))) return undefined
  const behind = (1n << BigInt(network.size - bits)) - 1n
  return network.value & behind ? undefined : { ...network, bits }
}

/** Whether all of `inner` lies inside `outer`. */
const holds = (outer: Network, inner: Network) =>
  outer.size === inner.size && outer.bits <= inner.bits && (outer.value ^ inner.value) >> BigInt(outer.size - outer.bits) === 0n

/** Whether an address or network lies inside one of these. */
export function within(networks: readonly string[], text: string | undefined): boolean {
  const inner = text === undefined ? undefined : readNetwork(text)
  return (
    inner !== undefined &&
    networks.some((network) => {
      const outer = readNetwork(network)
      return outer !== undefined && holds(outer, inner)
    })
  )
}
