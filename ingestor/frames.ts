import type { Parameter } from './bind'
import type { Device } from './keys'
import type { Layout } from './layout'

/** All numbers of one moment, in the order they were sent; the layout says which is which. */
export interface Frame {
  at: number
  layout: Layout
  values: unknown[]
}

type Sender = Pick<Device, 'tenantBytes' | 'deviceBytes'>

/** The types of a row's columns, and of an element of the last one. */
const [uuidType, timeType, float8ArrayType, float8Type] = [2950, 1184, 1022, 701]
const columnTypes = [uuidType, uuidType, timeType, uuidType, float8ArrayType]
/** A field stands behind its type and its length, four bytes each. */
const fieldHead = 4 + 4

/** Where the parts of a row begin, each behind its head: tenant, device, time, layout, then the array with what it says of itself. */
const tenantAt = 4 + 4 + fieldHead
const deviceAt = tenantAt + 16 + fieldHead
const timeAt = deviceAt + 16 + fieldHead
const layoutAt = timeAt + 8 + fieldHead
const arrayAt = layoutAt + 16 + fieldHead
const arrayHead = 20
const valuesAt = arrayAt + arrayHead
const perValue = 4 + 8
const postgresEpochMs = Date.UTC(2000, 0, 1)

/** The times of the frames in these rows, in epoch milliseconds. */
export function momentsIn(rows: Buffer): number[] {
  const moments: number[] = []
  for (let start = 0; start < rows.length; start += 4 + rows.readInt32BE(start)) {
    const microseconds = rows.readInt32BE(start + timeAt) * 2 ** 32 + rows.readUInt32BE(start + timeAt + 4)
    moments.push(microseconds / 1000 + postgresEpochMs)
  }
  return moments
}

/** `count` rows as an array of tuples whose type is `type`, in PostgreSQL's binary form. */
export const arrayOf = (rows: Buffer[], count: number, type: number): Parameter => ({
  length: arrayHead + rows.reduce((sum, { length }) => sum + length, 0),
  write(into, start) {
    let end = start
    for (const part of [1, 0, type, count, 1]) end = into.writeInt32BE(part, end)
    for (const some of rows) {
      into.set(some, end)
      end += some.length
    }
  },
})

/** How many numbers these rows hold. */
export const valuesIn = (rows: Buffer, frames: number) => (rows.length - frames * valuesAt) / perValue

/** Where the number of a column stands in a row. */
export const placeOf = (column: number) => valuesAt + perValue * column + 4

/** A row of this layout without tenant, device, time and numbers. */
export function rowOf({ idBytes, columns }: Layout): Buffer {
  const row = Buffer.alloc(valuesAt + perValue * columns.length)
  row.writeInt32BE(row.length - 4)
  row.writeInt32BE(columnTypes.length, 4)
  const lengths = [16, 16, 8, 16, row.length - arrayAt]
  for (const [index, at] of [tenantAt, deviceAt, timeAt, layoutAt, arrayAt].entries()) {
    row.writeInt32BE(columnTypes[index]!, at - fieldHead)
    row.writeInt32BE(lengths[index]!, at - 4)
  }
  row.set(idBytes, layoutAt)
  // array_recv: dimensions, has nulls, element type; then length and lower bound of the one dimension.
  for (const [index, part] of [1, 0, float8Type, columns.length, 1].entries()) row.writeInt32BE(part, arrayAt + 4 * index)
  for (let column = 0; column < columns.length; column++) row.writeInt32BE(8, placeOf(column) - 4)
  return row
}

/** Writes who and when into the row that begins at `start`, through both views of the same bytes; `at` is in epoch milliseconds. */
export function stamp(rows: Buffer, view: DataView, start: number, { tenantBytes, deviceBytes }: Sender, at: number) {
  rows.set(tenantBytes, start + tenantAt)
  rows.set(deviceBytes, start + deviceAt)
  const microseconds = (at - postgresEpochMs) * 1000
  view.setInt32(start + timeAt, Math.floor(microseconds / 2 ** 32))
  view.setUint32(start + timeAt + 4, microseconds)
}

/**
 * The frames of one device as rows in PostgreSQL's binary form, as they stand in an array (record_recv, big-endian): length, count of fields, and each
 * field behind its type and its length: tenant, device, time, layout, numbers.
 */
export function encodeFrames(device: Sender, frames: Frame[]): Buffer {
  const blank = new Map<Layout, Buffer>()
  for (const { layout } of frames) if (!blank.has(layout)) blank.set(layout, rowOf(layout))
  const rows = Buffer.concat(frames.map(({ layout }) => blank.get(layout)!))
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength)
  let start = 0
  for (const { at, layout, values } of frames) {
    const { columns } = layout
    stamp(rows, view, start, device, at)
    for (let index = 0; index < columns.length; index++) view.setFloat64(start + placeOf(index), values[columns[index]!] as number)
    start += placeOf(columns.length) - 4
  }
  return rows
}

/** The same of rows as COPY takes them (a count of fields in two bytes, no types), which a spool may still hold. */
export function fromCopy(rows: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < rows.length;) {
    at += 2
    const fields: Buffer[] = []
    for (const type of columnTypes) {
      const end = at + 4 + rows.readInt32BE(at)
      fields.push(int32(type), rows.subarray(at, end))
      at = end
    }
    const row = Buffer.concat([int32(columnTypes.length), ...fields])
    parts.push(int32(row.length), row)
  }
  return Buffer.concat(parts)
}

/** Four bytes, big-endian. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
