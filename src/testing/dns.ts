import { createSocket } from 'node:dgram'

/** A resolver on loopback that knows TXT records alone (RFC 1035): `records` by name; a name it does not have does not exist. */
export async function dns() {
  const server = createSocket('udp4')
  const peer = { address: '', records: new Map<string, string>(), silent: false, close: () => void server.close() }
  server.on('message', (query, from) => {
    if (peer.silent) return
    const labels: string[] = []
    let at = 12
    while (query[at]) {
      labels.push(query.subarray(at + 1, at + 1 + query[at]!).toString())
      at += query[at]! + 1
    }
    const question = query.subarray(12, at + 5)
    const text = peer.records.get(labels.join('.').toLowerCase())
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    head.writeUInt16BE(text === undefined ? 0x8583 : 0x8580, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(text === undefined ? 0 : 1, 6)
    if (text === undefined) return server.send(Buffer.concat([head, question]), from.port, from.address)
    const answer = Buffer.alloc(13)
    // A pointer to the name of the question, TXT, IN, a minute, then one string.
    Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]).copy(answer)
    answer.writeUInt16BE(text.length + 1, 10)
    answer[12] = text.length
    server.send(Buffer.concat([head, question, answer, Buffer.from(text)]), from.port, from.address)
  })
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  peer.address = `127.0.0.1:${server.address().port}`
  return peer
}
