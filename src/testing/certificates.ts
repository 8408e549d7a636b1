import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

// Certificates as RFC 5280 has them, in DER (ITU-T X.690), for an hour around now.

function value(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...parts: Buffer[]) => value(0x30, ...parts)
const identifier = (hex: string) => value(0x06, Buffer.from(hex, 'hex'))
const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'))
const commonName = (name: string) => sequence(value(0x31, sequence(identifier('550403'), value(0x0c, Buffer.from(name)))))
const moment = (ms: number) => value(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')))
const extension = (hex: string, content: Buffer) => sequence(identifier(hex), value(0x04, content))
const isAuthority = extension('551d13', sequence(value(0x01, Buffer.from([0xff]))))
const alternativeNames = (names: string[]) =>
  extension(
    '551d11',
    sequence(
      ...names.map((name) => (isIPv4(name) ? value(0x87, Buffer.from(name.split('.').map(Number))) : value(0x82, Buffer.from(name)))),
    ),
  )

interface Authority {
  name: string
  key: KeyObject
}

const hourMs = 3_600_000

function certify(subject: string, what: Buffer, by?: Authority) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signed = sequence(
    value(0xa0, value(0x02, Buffer.from([2]))),
    value(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(by?.name ?? subject),
    sequence(moment(Date.now() - hourMs), moment(Date.now() + hourMs)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    value(0xa3, sequence(what)),
  )
  const signature = value(0x03, Buffer.from([0]), sign('sha256', signed, by?.key ?? privateKey))
  const encoded = sequence(signed, ecdsaWithSha256, signature).toString('base64')
  return {
    key: privateKey,
    keyText: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${encoded.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

/** An authority that nobody knows until he is given its `certificate`; `certify` makes certificates of servers for the names and addresses they go by. */
export function authority(name: string) {
  const { key, certificate } = certify(name, isAuthority)
  return { certificate, certify: (...names: string[]) => certify('server', alternativeNames(names), { name, key }) }
}
