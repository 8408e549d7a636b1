import { hostname } from 'node:os'
import { readText } from './files'
import { type HostPaths, procText } from './host'
import { parseServices } from './services'
import { type Listener, parseArp, parseListeners, parsePortRange, type Protocol } from './sockets'

interface OpenPort {
  port: number
  protocol: Protocol
  service?: string
}

export interface Discovery {
  ip: string
  mac?: string
  hostname?: string
  open_ports: OpenPort[]
}

export interface Inventory {
  own: Discovery[]
  neighbours: Discovery[]
  /** First and last port that clients of this host are given. */
  clientPorts: [number, number]
}

const portLimit = 1_000
const neighbourLimit = 1_000

interface Address {
  address: string
  family: string
  mac: string
  internal: boolean
}

/** What this host offers on the network and whom it has lately talked to. Only looks at its own tables: nothing is scanned. */
export function takeInventory(paths: HostPaths): Inventory {
  const clientPorts = parsePortRange(procText(paths, 'sys/net/ipv4/ip_local_port_range'))
  const listeners = (['tcp', 'udp'] as const).flatMap((protocol) =>
    ['', '6'].flatMap((version) => parseListeners(procText(paths, `net/${protocol}${version}`), protocol)),
  )
  const serviceOf = parseServices(readText(paths.services) ?? '')
  const addresses = ownAddresses(paths)
  const own = addresses
    .map((address) => ({
      ip: address.address,
      mac: /^[0:]*$/.test(address.mac) ? undefined : address.mac.toLowerCase(),
      hostname: hostname(),
      open_ports: openPorts(address, addresses.length === 1, listeners, clientPorts, serviceOf),
    }))
    .filter(({ ip, open_ports }) => open_ports.length || ip !== loopback.address || addresses.length === 1)
  const ownIps = new Set(own.map(({ ip }) => ip))
  const neighbours = parseArp(procText(paths, 'net/arp'))
    .filter(({ ip }) => !ownIps.has(ip))
    .slice(0, neighbourLimit)
    .map(({ ip, mac }) => ({ ip, mac, open_ports: [] }))
  return { own, neighbours, clientPorts }
}

const loopback: Address = { address: '127.0.0.1', family: 'IPv4', mac: '', internal: true }

/** The outward addresses and the loopback. Link-local IPv6 is left out: the same address can exist in every network. */
function ownAddresses(paths: HostPaths): Address[] {
  const all = Object.values(paths.interfaces()).flatMap((entries) => entries ?? [])
  return [...all.filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address)), loopback]
}

function openPorts(
  { address, family, internal }: Address,
  isOnly: boolean,
  listeners: Listener[],
  clientPorts: [number, number],
  serviceOf: (protocol: string, port: number) => string | undefined,
): OpenPort[] {
  const found = new Map<string, OpenPort>()
  for (const listener of listeners) {
    const { protocol, port } = listener
    // An IPv6 wildcard socket takes IPv4 too unless told otherwise, which /proc does not show.
    const everywhere = listener.address === '::' || (listener.address === '0.0.0.0' && family === 'IPv4')
    const here = listener.address === address || (internal && listener.address.startsWith('127.'))
    // What listens everywhere is told with the outward addresses; the loopback adds what only this host itself reaches.
    if (!here && !(everywhere && (!internal || isOnly))) continue
    const service = serviceOf(protocol, port)
    // An unnamed UDP port of that range is a client waiting for an answer.
    if (!service && protocol === 'udp' && isClientPort(port, clientPorts)) continue
    found.set(`${protocol}/${port}`, { port, protocol, ...(service && { service }) })
  }
  return [...found.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol)).slice(0, portLimit)
}

const isClientPort = (port: number, [first, last]: [number, number]) => port >= first && port <= last

/** `tcp/22` and so on, of all own addresses, without ports that come and go by chance: of UDP clients, and of local tools on the loopback. */
export function stablePorts({ own, clientPorts }: Inventory): string[] {
  const lasts = ({ ip }: Discovery, { protocol, port }: OpenPort) =>
    (protocol === 'tcp' && ip !== loopback.address) || !isClientPort(port, clientPorts)
  const ports = own.flatMap((host) => host.open_ports.filter((open) => lasts(host, open)))
  return [...new Set(ports.map(({ protocol, port }) => `${protocol}/${port}`))].sort()
}
