import { isIP } from 'node:net'
import type { Feature } from '../src/core/feature-flags'
import { type Fields, isFields, required, textOf } from './canonical'
import { limits } from './limits'
import { unfit } from './refusals'

const { titleCharacters, shortTextCharacters, longTextCharacters, idCharacters, openPorts } = limits

function addressOf(data: Fields, name: string): string | undefined {
  const address = textOf(data, name, 45)
  if (address !== undefined && (!isIP(address) || address.includes('%'))) throw unfit(`${name} must be an IPv4 or IPv6 address`)
  return address?.toLowerCase()
}

function wordOf<const T extends string>(data: Fields, name: string, words: readonly T[]): T | undefined {
  const given = textOf(data, name, shortTextCharacters)
  const word = words.find((known) => known === given)
  if (given !== undefined && word === undefined) throw unfit(`${name} must be one of ${words.join(', ')}`)
  return word
}

function amountOf(data: Fields, name: string): number | undefined {
  const value = data[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !(value >= 0) || value === Infinity) throw unfit(`${name} must be a number of at least 0`)
  return value
}

function hardwareAddress(data: Fields): string | undefined {
  const digits = textOf(data, 'mac', 40)?.toLowerCase().replace(/[:.-]/g, '')
  if (digits === undefined) return undefined
  if (!/^[0-9a-f]{12}$/.test(digits)) throw unfit('mac must have twelve hexadecimal digits')
  return digits.match(/../g)!.join(':')
}

function openPort(entry: unknown) {
  const given: Fields = isFields(entry) ? entry : { port: entry }
  const port = given.port
  if (!Number.isInteger(port) || (port as number) < 1 || (port as number) > 65_535)
    throw unfit('open_ports must hold port numbers from 1 to 65535')
  const protocol = wordOf({ protocol: typeof given.protocol === 'string' ? given.protocol.toLowerCase() : given.protocol }, 'protocol', [
    'tcp',
    'udp',
  ])
  return { port, protocol: protocol ?? 'tcp', service: textOf(given, 'service', shortTextCharacters) ?? null }
}

function portsOf({ open_ports = [] }: Fields) {
  if (!Array.isArray(open_ports) || open_ports.length > openPorts) throw unfit(`open_ports must be a list of at most ${openPorts}`)
  return open_ports.map(openPort)
}

/**
 * What is kept of the data of each kind, checked. Only a log keeps fields beyond the named ones: the others are taken up by programs, which
 * should meet nothing unexpected. Each throws a Refusal.
 */
export const kinds: Record<string, (data: Fields) => Fields> = {
  log: (data) => ({
    ...data,
    level: required(textOf(data, 'level', 32), 'level'),
    message: required(textOf(data, 'message', longTextCharacters), 'message'),
    source: textOf(data, 'source', shortTextCharacters),
  }),
  security_alert: (data) => ({
    title: required(textOf(data, 'title', titleCharacters), 'title'),
    severity: required(wordOf(data, 'severity', ['low', 'medium', 'high', 'critical']), 'severity'),
    source_ip: addressOf(data, 'source_ip'),
    destination_ip: addressOf(data, 'destination_ip'),
    description: textOf(data, 'description', longTextCharacters),
    rule: textOf(data, 'rule', titleCharacters),
    dedupe_key: textOf(data, 'dedupe_key', titleCharacters),
  }),
  discovery: (data) => ({
    ip: required(addressOf(data, 'ip'), 'ip'),
    mac: hardwareAddress(data),
    hostname: textOf(data, 'hostname', 253),
    vendor: textOf(data, 'vendor', shortTextCharacters),
    model: textOf(data, 'model', shortTextCharacters),
    firmware: textOf(data, 'firmware', shortTextCharacters),
    open_ports: portsOf(data),
  }),
  backup_event: (data) => ({
    job_id: required(textOf(data, 'job_id', idCharacters), 'job_id'),
    asset_id: required(textOf(data, 'asset_id', idCharacters), 'asset_id'),
    status: required(textOf(data, 'status', 32), 'status'),
    size_bytes: amountOf(data, 'size_bytes'),
    checksum_sha256: checksumOf(data),
  }),
  vpn_session: (data) => ({
    peer: required(textOf(data, 'peer', shortTextCharacters), 'peer'),
    event: required(wordOf(data, 'event', ['connected', 'handshake', 'disconnected']), 'event'),
    endpoint: textOf(data, 'endpoint', shortTextCharacters),
    rx_bytes: amountOf(data, 'rx_bytes'),
    tx_bytes: amountOf(data, 'tx_bytes'),
  }),
}

/** Kinds that belong to a feature: without it they are refused. The others are always there. */
export const featureOfKind: Partial<Record<string, Feature>> = { security_alert: 'security', backup_event: 'backup', vpn_session: 'vpn' }

/** A job takes these up. */
export const handledKinds = new Set(['security_alert', 'discovery'])

/** A backup that failed has none. */
function checksumOf(data: Fields): string | undefined {
  const checksum = textOf(data, 'checksum_sha256', 64)?.toLowerCase()
  if (checksum !== undefined && !/^[0-9a-f]{64}$/.test(checksum)) throw unfit('checksum_sha256 must have 64 hexadecimal digits')
  return checksum
}
