import { createSocket } from 'node:dgram'

/** A resolver on loopback (RFC 1035): TXT `records` by name, one or several, and IPv4 `addresses`, each used up but the last; a name it does not have does not exist. */
export async function dns() {
  const server = createSocket('udp4')
  const peer = {
    address: '',
    records: new Map<string, string | string[]>(),
    addresses: new Map<string, string[]>(),
    silent: false,
    /** It answers that it cannot answer (SERVFAIL). */
    failing: false,
    close: () => void server.close(),
  }
  server.on('message', (query, from) => {
    if (peer.silent) return
    const labels: string[] = []
    let at = 12
    while (query[at]) {
      labels.push(query.subarray(at + 1, at + 1 + query[at]!).toString())
      at += query[at]! + 1
    }
    const question = query.subarray(12, at + 5)
    const name = labels.join('.').toLowerCase()
    const type = query.readUInt16BE(at + 1)
    const own = peer.addresses.get(name) ?? []
    const address = type !== 1 ? undefined : own.length > 1 ? own.shift() : own[0]
    const texts = type === 16 ? [peer.records.get(name) ?? []].flat() : []
    const data = [
      ...texts.map((text) => Buffer.from([text.length, ...Buffer.from(text)])),
      ...(address ? [Buffer.from(address.split('.').map(Number))] : []),
    ]
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    head.writeUInt16BE(peer.failing ? 0x8582 : data.length === 0 ? 0x8583 : 0x8580, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(data.length, 6)
    // A pointer to the name of the question, its type, IN, a minute, then what there is.
    const answers = data.map((bytes) => Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length]), bytes]))
    server.send(Buffer.concat([head, question, ...answers]), from.port, from.address)
  })
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  peer.address = `127.0.0.1:${server.address().port}`
  return peer
}
