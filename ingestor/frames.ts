import type { Device } from './keys'
import type { Layout } from './layout'

/** All numbers of one moment, in the order they were sent; the layout says which is which. */
export interface Frame {
  at: number
  layout: Layout
  values: unknown[]
}

/** PostgreSQL, COPY, Binary Format: signature, flags, no header extension; a tuple is a count of fields, each with its length. */
const head = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const tail = Buffer.from([0xff, 0xff])

/** What `copy incoming_frame from stdin (format binary)` reads. */
export const copyOf = (rows: Buffer[]) => Buffer.concat([head, ...rows, tail])

export const frameColumns = 'tenant_id uuid, device_id uuid, at timestamptz(3), layout_id uuid, values float8[]'

const beforeValues = 2 + (4 + 16) + (4 + 16) + (4 + 8) + (4 + 16) + 4
const arrayHead = 20
const perValue = 12
const float8Type = 701
const postgresEpochMs = Date.UTC(2000, 0, 1)

/** How many numbers these rows hold. */
export const valuesIn = (rows: Buffer, frames: number) => (rows.length - frames * (beforeValues + arrayHead)) / perValue

/** The frames of one device as rows of binary COPY, big-endian, in the order of `frameColumns`. */
export function encodeFrames({ tenantBytes, deviceBytes }: Pick<Device, 'tenantBytes' | 'deviceBytes'>, frames: Frame[]): Buffer {
  const size = frames.reduce((sum, { layout }) => sum + beforeValues + arrayHead + perValue * layout.columns.length, 0)
  const rows = Buffer.allocUnsafe(size)
  const view = new DataView(rows.buffer, rows.byteOffset)
  let position = 0
  const int32 = (value: number) => {
    view.setInt32(position, value)
    position += 4
  }
  const bytes = (value: Buffer) => {
    int32(value.length)
    rows.set(value, position)
    position += value.length
  }
  for (const { at, layout, values } of frames) {
    view.setInt16(position, 5)
    position += 2
    bytes(tenantBytes)
    bytes(deviceBytes)
    int32(8)
    view.setBigInt64(position, BigInt(at - postgresEpochMs) * 1000n)
    position += 8
    bytes(layout.idBytes)
    const { columns } = layout
    int32(arrayHead + perValue * columns.length)
    // array_recv: dimensions, has nulls, element type; then length and lower bound of the one dimension.
    for (const part of [1, 0, float8Type, columns.length, 1]) int32(part)
    for (let index = 0; index < columns.length; index++) {
      view.setInt32(position, 8)
      view.setFloat64(position + 4, values[columns[index]!] as number)
      position += perValue
    }
  }
  return rows
}
