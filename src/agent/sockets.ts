/** Pure parsers of /proc/net: listening sockets and neighbours. */

export type Protocol = 'tcp' | 'udp'

export interface Listener {
  protocol: Protocol
  /** The bound address in canonical text; `0.0.0.0` or `::` for all. */
  address: string
  port: number
}

const tcpListen = '0A'
// A UDP socket that is open and not connected to one peer shows TCP_CLOSE.
const udpOpen = '07'

/** Sockets that wait for strangers, of /proc/net/{tcp,tcp6,udp,udp6}. */
export function parseListeners(text: string, protocol: Protocol): Listener[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, , state] = line.trim().split(/\s+/)
      const [hex, portHex] = local?.split(':') ?? []
      if (!hex || !portHex || state !== (protocol === 'tcp' ? tcpListen : udpOpen)) return []
      const address = addressOf(hex)
      const port = Number.parseInt(portHex, 16)
      return address && port > 0 ? [{ protocol, address, port }] : []
    })
}

/** The kernel prints addresses as 32-bit words in the byte order of the machine (little endian on all we run on). */
function addressOf(hex: string): string | undefined {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed())
  if (bytes.length === 4) return ipv4(bytes)
  if (bytes.length !== 16) return undefined
  const joined = bytes.join('').toLowerCase()
  if (joined.startsWith(`${'0'.repeat(20)}ffff`)) return ipv4(bytes.slice(12))
  // The URL parser writes the shortest form (RFC 5952), as the list of interfaces does.
  return new URL(`http://[${(joined.match(/.{4}/g) ?? []).join(':')}]/`).hostname.slice(1, -1)
}

const ipv4 = (bytes: string[]) => bytes.map((byte) => Number.parseInt(byte, 16)).join('.')

/** Complete entries of /proc/net/arp. */
export function parseArp(text: string): { ip: string; mac: string }[] {
  const complete = 0x2
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [ip, , flags, mac] = line.trim().split(/\s+/)
      if (!ip || !mac || !(Number(flags) & complete) || /^[0:]+$/.test(mac)) return []
      return [{ ip, mac: mac.toLowerCase() }]
    })
}

/** First and last port that the system hands out to clients (/proc/sys/net/ipv4/ip_local_port_range). */
export function parsePortRange(text: string): [number, number] {
  const [first, last] = text.trim().split(/\s+/).map(Number)
  return first && last ? [first, last] : [32_768, 60_999]
}
