import { type Client, Query } from 'pg'

/** A parameter in PostgreSQL's binary form, which is written where it is sent from. */
export interface Parameter {
  length: number
  write: (into: Buffer, start: number) => void
}

/** What a query of the driver uses of its connection, and is asked by it. */
interface Connection {
  stream: { write: (bytes: Buffer) => unknown }
  parse: (statement: { name: string; text: string }) => void
  submittedNamedStatements: Record<string, string>
}
interface Prepared {
  hasBeenParsed: (connection: Connection) => boolean
}

/**
 * Sends a statement that is parsed once a connection, with one parameter: the driver itself would copy that four times, each time into new memory,
 * which takes longer than to write what is at hand. Resolves with the number of rows it changed.
 */
export function sendBound(client: Client, name: string, text: string, parameter: Parameter): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer
    const query = new Query({ name, text }, (error, result) => {
      if (error) return reject(error)
      // Whoever answers has read it all.
      spare.set(client, bytes)
      resolve(result.rowCount ?? 0)
    })

    function prepare(connection: Connection) {
      if (!(query as unknown as Prepared).hasBeenParsed(connection)) {
        connection.parse({ name, text })
        connection.submittedNamedStatements[name] = text
      }
      const head = headOf(name, parameter.length)
      const length = head.length + parameter.length + tail.length
      bytes = take(client, length)
      bytes.set(head)
      parameter.write(bytes, head.length)
      bytes.set(tail, length - tail.length)
      connection.stream.write(bytes.subarray(0, length))
    }

    client.query(Object.assign(query, { prepare }))
  })
}

/** What the last statement of each connection was sent from. */
const spare = new WeakMap<Client, Buffer>()

/** At least `length` bytes that nobody else writes to. */
function take(client: Client, length: number): Buffer {
  const bytes = spare.get(client)
  spare.delete(client)
  return bytes && bytes.length >= length ? bytes : Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(length)))
}

/** PostgreSQL, Message Formats: Bind up to its one parameter, which is binary. */
function headOf(name: string, parameterLength: number): Buffer {
  const names = Buffer.from(`\0${name}\0`)
  const head = Buffer.alloc(1 + 4 + names.length + 2 + 2 + 2 + 4)
  head.write('B')
  let end = head.writeInt32BE(head.length - 1 + parameterLength + endOfBind.length, 1)
  end += names.copy(head, end)
  for (const part of [1, 1, 1]) end = head.writeInt16BE(part, end)
  head.writeInt32BE(parameterLength, end)
  return head
}

/** Results as text. */
const endOfBind = Buffer.from([0, 0])
const [execute, sync] = [Buffer.from('E\0\0\0\x09\0\0\0\0\0'), Buffer.from('S\0\0\0\x04')]
const tail = Buffer.concat([endOfBind, execute, sync])
