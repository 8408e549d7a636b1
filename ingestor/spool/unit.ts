import { nowMs } from '../../src/core/clock'
import { bytesOf } from '../../src/core/secrets'
import { deviceOf } from '../keys'
import type { Unit } from '../examine'
import { fromCopy, int32, momentsIn } from '../frames'
import { type Layout, unknown } from '../layout'

/** How rows stand in a unit. One that does not say so was spooled by a version that had them as COPY takes them. */
const form = 'array'

/** What a request leaves to be stored, as bytes: JSON with its length before it, then the rows as they are. The key stays out of it. */
export function encodeUnit({ rows, device: { tenant_id, device_id }, layouts, latest: _, ...rest }: Unit): Buffer {
  const kept = layouts.map(({ id, hash, metrics, labels }) => ({ id, hash, metrics, labels }))
  const json = Buffer.from(JSON.stringify({ ...rest, form, device: { tenant_id, device_id }, layouts: kept }))
  return Buffer.concat([int32(json.length), json, rows])
}

export function decodeUnit(payload: Buffer): Unit {
  const end = 4 + payload.readUInt32BE(0)
  const {
    device,
    layouts,
    form: found,
    ...rest
  } = JSON.parse(payload.toString('utf8', 4, end)) as Omit<Unit, 'rows' | 'latest'> & { form?: string }
  const { tenant_id, device_id } = device
  const rows = found === form ? payload.subarray(end) : fromCopy(payload.subarray(end))
  return {
    ...rest,
    device: deviceOf({ tenant_id, device_id, key_id: '', key_hash: '' }),
    layouts: layouts.map((layout): Layout => ({ ...layout, idBytes: bytesOf(layout.id), columns: new Uint16Array(), ...unknown })),
    rows,
    latest: momentsIn(rows).reduce((most, at) => Math.max(most, at), nowMs()),
  }
}
