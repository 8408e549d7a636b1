import { isIP } from 'node:net'
import { type Fields, isFields, textOf } from './canonical'
import { limits } from './limits'
import { unfit } from './refusals'

/** A field of the data of a record. */
export interface Field {
  /** Undefined where it is absent, null or empty. Throws a Refusal. */
  read: (data: Fields, name: string) => unknown
  /** The same for the document of the API (JSON Schema 2020-12). */
  schema: object
  isRequired?: true
}

export const must = ({ read, schema }: Field): Field => ({
  isRequired: true,
  schema,
  read(data, name) {
    const value = read(data, name)
    if (value === undefined) throw unfit(`${name} is required`)
    return value
  },
})

export const text = (maxLength: number, description?: string): Field => ({
  schema: { type: 'string', minLength: 1, maxLength, description },
  read: (data, name) => textOf(data, name, maxLength),
})

export const word = (...words: string[]): Field => ({
  schema: { type: 'string', enum: words },
  read(data, name) {
    const given = textOf(data, name, limits.shortTextCharacters)
    if (given !== undefined && !words.includes(given)) throw unfit(`${name} must be one of ${words.join(', ')}`)
    return given
  },
})

export const address: Field = {
  schema: { anyOf: ['ipv4', 'ipv6'].map((format) => ({ type: 'string', format })), description: 'without a zone' },
  read(data, name) {
    const given = textOf(data, name, 45)
    if (given !== undefined && (!isIP(given) || given.includes('%'))) throw unfit(`${name} must be an IPv4 or IPv6 address`)
    return given?.toLowerCase()
  },
}

export const amount: Field = {
  schema: { type: 'number', minimum: 0 },
  read(data, name) {
    const value = data[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || !(value >= 0) || value === Infinity) throw unfit(`${name} must be a number of at least 0`)
    return value
  },
}

export const hardwareAddress: Field = {
  schema: { type: 'string', maxLength: 40, pattern: '^[:.-]*([0-9A-Fa-f][:.-]*){12}$', description: 'twelve hexadecimal digits' },
  read(data, name) {
    const digits = textOf(data, name, 40)?.toLowerCase().replace(/[:.-]/g, '')
    if (digits === undefined) return undefined
    if (!/^[0-9a-f]{12}$/.test(digits)) throw unfit(`${name} must have twelve hexadecimal digits`)
    return digits.match(/../g)!.join(':')
  },
}

export const sha256: Field = {
  schema: { type: 'string', pattern: '^[0-9A-Fa-f]{64}$', description: 'in hexadecimal digits; a backup that failed has none' },
  read(data, name) {
    const checksum = textOf(data, name, 64)?.toLowerCase()
    if (checksum !== undefined && !/^[0-9a-f]{64}$/.test(checksum)) throw unfit(`${name} must have 64 hexadecimal digits`)
    return checksum
  },
}

const port = { type: 'integer', minimum: 1, maximum: 65_535 }
const protocol = word('tcp', 'udp')
const service = text(limits.shortTextCharacters)

export const openPorts: Field = {
  schema: {
    type: 'array',
    maxItems: limits.openPorts,
    description: 'numbers, or where more is known objects; tcp where nothing else is said',
    items: {
      anyOf: [port, { type: 'object', required: ['port'], properties: { port, protocol: protocol.schema, service: service.schema } }],
    },
  },
  read({ open_ports = [] }) {
    if (!Array.isArray(open_ports) || open_ports.length > limits.openPorts)
      throw unfit(`open_ports must be a list of at most ${limits.openPorts}`)
    return open_ports.map(openPort)
  },
}

function openPort(entry: unknown) {
  const given: Fields = isFields(entry) ? entry : { port: entry }
  const number = given.port
  if (!Number.isInteger(number) || (number as number) < port.minimum || (number as number) > port.maximum)
    throw unfit('open_ports must hold port numbers from 1 to 65535')
  const spelt = typeof given.protocol === 'string' ? given.protocol.toLowerCase() : given.protocol
  return {
    port: number,
    protocol: protocol.read({ protocol: spelt }, 'protocol') ?? 'tcp',
    service: service.read(given, 'service') ?? null,
  }
}
