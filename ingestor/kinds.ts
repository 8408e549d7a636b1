import type { Feature } from '../src/core/feature-flags'
import type { Fields } from './canonical'
import { type Field, address, amount, hardwareAddress, must, openPorts, sha256, text, word } from './fields'
import { limits } from './limits'

const { titleCharacters, shortTextCharacters, longTextCharacters, idCharacters } = limits

/** What the data of a kind is. Only a log keeps fields beyond the named ones: the others are taken up by programs, which should meet nothing unexpected. */
export interface Kind {
  about: string
  fields: Record<string, Field>
  keepsOthers?: true
  /** The part of the product that it belongs to: without it such records are refused. */
  feature?: Feature
  /** A job takes them up. */
  isHandled?: true
}

/** All but telemetry, which is numbers and labels of any name. */
export const kinds: Record<string, Kind> = {
  log: {
    about: 'A line of a log; further fields are kept as they are',
    keepsOthers: true,
    fields: {
      level: must(text(32, 'such as debug, info, warn, error')),
      message: must(text(longTextCharacters)),
      source: text(shortTextCharacters, 'the program or unit that says it'),
    },
  },
  security_alert: {
    about: 'Becomes an alert, and is before those who watch within a second',
    feature: 'security',
    isHandled: true,
    fields: {
      title: must(text(titleCharacters)),
      severity: must(word('low', 'medium', 'high', 'critical')),
      source_ip: address,
      destination_ip: address,
      description: text(longTextCharacters),
      rule: text(titleCharacters, 'what raised it'),
      dedupe_key: text(titleCharacters, 'the same from the same device is counted in the alert that is open'),
    },
  },
  discovery: {
    about: 'A host that the device has seen in its network',
    isHandled: true,
    fields: {
      ip: must(address),
      mac: hardwareAddress,
      hostname: text(253),
      vendor: text(shortTextCharacters),
      model: text(shortTextCharacters),
      firmware: text(shortTextCharacters),
      open_ports: openPorts,
    },
  },
  backup_event: {
    about: 'How a backup of an asset went',
    feature: 'backup',
    fields: {
      job_id: must(text(idCharacters)),
      asset_id: must(text(idCharacters)),
      status: must(text(32)),
      size_bytes: amount,
      checksum_sha256: sha256,
    },
  },
  vpn_session: {
    about: 'What became of a peer of a VPN',
    feature: 'vpn',
    fields: {
      peer: must(text(shortTextCharacters)),
      event: must(word('connected', 'handshake', 'disconnected')),
      endpoint: text(shortTextCharacters),
      rx_bytes: amount,
      tx_bytes: amount,
    },
  },
}

/** What is kept of the data of a record. Throws a Refusal. */
export function dataOf({ fields, keepsOthers }: Kind, data: Fields): Fields {
  const kept: Fields = keepsOthers ? { ...data } : {}
  for (const name in fields) kept[name] = fields[name]!.read(data, name)
  return kept
}
