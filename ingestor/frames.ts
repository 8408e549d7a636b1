import type { Device } from './keys'
import type { Layout } from './layout'

/** All numbers of one moment, in the order they were sent; the layout says which is which. */
export interface Frame {
  at: number
  layout: Layout
  values: unknown[]
}

type Sender = Pick<Device, 'tenantBytes' | 'deviceBytes'>

/** Where the parts of a row begin, each behind its length: the count of fields, tenant, device, time, layout, then the array with its head. */
const tenantAt = 2 + 4
const deviceAt = tenantAt + 16 + 4
const timeAt = deviceAt + 16 + 4
const layoutAt = timeAt + 8 + 4
const arrayAt = layoutAt + 16 + 4
const arrayHead = 20
const valuesAt = arrayAt + arrayHead
const perValue = 4 + 8
const float8Type = 701
const postgresEpochMs = Date.UTC(2000, 0, 1)

/** Length of the row that begins here. */
const lengthAt = (rows: Buffer, start: number) => arrayAt + rows.readInt32BE(start + arrayAt - 4)

/** The times of the frames in these rows, in epoch milliseconds. */
export function momentsIn(rows: Buffer): number[] {
  const moments: number[] = []
  for (let start = 0; start < rows.length; start += lengthAt(rows, start)) {
    const microseconds = rows.readInt32BE(start + timeAt) * 2 ** 32 + rows.readUInt32BE(start + timeAt + 4)
    moments.push(microseconds / 1000 + postgresEpochMs)
  }
  return moments
}

/** Each column's type, of which a tuple inside an array tells beside its length (record_recv): uuid, uuid, timestamptz, uuid, float8[]. */
const fields = [
  { type: 2950, at: tenantAt - 4, end: deviceAt - 4 },
  { type: 2950, at: deviceAt - 4, end: timeAt - 4 },
  { type: 1184, at: timeAt - 4, end: layoutAt - 4 },
  { type: 2950, at: layoutAt - 4, end: arrayAt - 4 },
]
const float8ArrayType = 1022
/** What a tuple inside an array has more than a row: its length and count of fields are four bytes each, and so is each type. */
const moreInArray = 4 + 4 - 2 + 4 * (fields.length + 1)

/** `count` rows as an array of tuples whose type is `type`, in PostgreSQL's binary form. */
export function arrayOf(rows: Buffer[], count: number, type: number): Buffer {
  const bytes = Buffer.allocUnsafe(arrayHead + rows.reduce((sum, { length }) => sum + length, 0) + count * moreInArray)
  let end = 0
  const int32 = (value: number) => (end = bytes.writeInt32BE(value, end))
  for (const part of [1, 0, type, count, 1]) int32(part)
  for (const some of rows) {
    for (let start = 0, length = 0; start < some.length; start += length) {
      length = lengthAt(some, start)
      int32(length + moreInArray - 4)
      int32(fields.length + 1)
      for (const field of fields) {
        int32(field.type)
        end += some.copy(bytes, end, start + field.at, start + field.end)
      }
      int32(float8ArrayType)
      end += some.copy(bytes, end, start + arrayAt - 4, start + length)
    }
  }
  return bytes
}

/** How many numbers these rows hold. */
export const valuesIn = (rows: Buffer, frames: number) => (rows.length - frames * valuesAt) / perValue

/** Where the number of a column stands in a row. */
export const placeOf = (column: number) => valuesAt + perValue * column + 4

/** A row of this layout without tenant, device, time and numbers. */
export function rowOf({ idBytes, columns }: Layout): Buffer {
  const row = Buffer.alloc(valuesAt + perValue * columns.length)
  row.writeInt16BE(5)
  for (const at of [tenantAt, deviceAt, layoutAt]) row.writeInt32BE(16, at - 4)
  row.writeInt32BE(8, timeAt - 4)
  row.set(idBytes, layoutAt)
  row.writeInt32BE(row.length - arrayAt, arrayAt - 4)
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

/** The frames of one device as rows in PostgreSQL's binary form (a count of fields, each behind its length, big-endian): tenant, device, time, layout, numbers. */
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
