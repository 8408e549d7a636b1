import { createSocket } from 'node:dgram'

/** A resolver on loopback that knows TXT records alone (RFC 1035): `records` by name, one or several; a name it does not have does not exist. */
export async function dns() {
  const server = createSocket('udp4')
  const peer = { address: '', records: new Map<string, string | string[]>(), silent: false, close: () => void server.close() }
  server.on('message', (query, from) => {
    if (peer.silent) return
    const labels: string[] = []
    let at = 12
    while (query[at]) {
      labels.push(query.subarray(at + 1, at + 1 + query[at]!).toString())
      at += query[at]! + 1
    }
    const question = query.subarray(12, at + 5)
    const texts = [peer.records.get(labels.join('.').toLowerCase()) ?? []].flat()
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    head.writeUInt16BE(texts.length === 0 ? 0x8583 : 0x8580, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(texts.length, 6)
    // A pointer to the name of the question, TXT, IN, a minute, then one string.
    const answers = texts.map((text) =>
      Buffer.concat([Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, text.length + 1, text.length]), Buffer.from(text)]),
    )
    server.send(Buffer.concat([head, question, ...answers]), from.port, from.address)
  })
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  peer.address = `127.0.0.1:${server.address().port}`
  return peer
}
