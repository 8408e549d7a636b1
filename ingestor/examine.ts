import { canonicalJson } from './canonical'
import type { Items } from './decode'
import type { Draft } from './draft'
import { type Frame, encodeFrames } from './frames'
import type { Device } from './keys'
import { dataOf, kinds } from './kinds'
import type { Layout } from './layout'
import type { Layouts } from './layouts'
import { limits } from './limits'
import { isOn } from '../src/core/feature-flags'
import { nowMs } from '../src/core/clock'
import { hashOf } from '../src/core/secrets'
import { Refusal } from './refusals'
import type { Shapes } from './shapes'

interface DeviceRecord {
  at: number
  kind: string
  key: string
  /** JSON. */
  data: string
}

interface Rejected {
  index: number
  error: string
  detail: string
  record: string
  /** Nothing of it had to be cut off or replaced. */
  replayable: boolean
}

/** What became of a refused record that was examined again: stored, or refused for this reason. */
interface Settled {
  id: string
  error?: string
  detail?: string
}

/** What one request leaves to be stored: all of it in one transaction. */
export interface Unit {
  device: Device
  /** Frames as rows in PostgreSQL's binary form. */
  rows: Buffer
  frames: number
  /** Those that the database does not have yet, or keeps no longer than until `latest`. */
  layouts: Layout[]
  /** In epoch milliseconds: now, or its latest frame. */
  latest: number
  records: DeviceRecord[]
  /** A job has to look at some of the records. */
  isHandled: boolean
  rejected: Rejected[]
  bytes: number
  settled?: Settled[]
}

type Examined = { frame: Frame } | { record: DeviceRecord }

function examineDraft(draft: Draft, { tenant_id, features }: Device, layouts: Layouts): Examined {
  const { at } = draft
  if ('names' in draft) return { frame: { at, ...layouts.ofTelemetry(tenant_id, draft.names, draft.values) } }
  const kind = kinds[draft.kind]!
  const { feature } = kind
  if (feature && !isOn(feature, features))
    throw new Refusal('feature_disabled', `The feature ${feature} is not switched on for this organization`)
  const text = canonicalJson(dataOf(kind, draft.data))
  return { record: { at, kind: draft.kind, key: draft.id ?? hashOf(text), data: text } }
}

/** Examines every record of a request; those that cannot be stored are set apart with their reason. Throws a Problem where the body as a whole is at fault. `shapes` learn from what is stored whole. */
export async function examine(items: Items, device: Device, layouts: Layouts, shapes?: Shapes): Promise<Unit> {
  const frames: (Frame & { index: number })[] = []
  const records: DeviceRecord[] = []
  const rejected: Rejected[] = []
  const reject = (index: number, { error, message }: Refusal) =>
    rejected.push({ index, error, detail: message, ...kept(items.text(index)) })
  let sliceEnds = performance.now() + limits.sliceMs
  for (let index = 0; index < items.count; index++) {
    try {
      const examined = examineDraft(items.draft(index), device, layouts)
      if ('frame' in examined) frames.push(Object.assign(examined.frame, { index }))
      else records.push(examined.record)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      reject(index, error)
    }
    if (index % 32 === 31 && performance.now() > sliceEnds) {
      await new Promise(setImmediate)
      sliceEnds = performance.now() + limits.sliceMs
    }
  }
  const latest = frames.reduce((most, { at }) => Math.max(most, at), nowMs())
  const isDue = ({ keptUntil }: Layout) => keptUntil < latest
  const fresh = [...new Set(frames.map(({ layout }) => layout).filter(isDue))]
  const refused = fresh.length ? await layouts.admit(device.tenant_id, fresh) : undefined
  for (const { index, layout } of refused?.size ? frames : []) {
    if (refused?.has(layout))
      reject(
        index,
        new Refusal(
          'too_many_layouts',
          `A tenant may have at most ${limits.layoutsInUsePerTenant} sets of metric names and labels in use, and ${limits.layoutsPerTenant} of ${limits.layoutNamesPerTenant} names for as long as telemetry of them is kept`,
        ),
      )
  }
  if (shapes && frames.length === items.count && !refused?.size)
    shapes.learn(device, frames.length, (index) => ({ text: items.text(index), layout: frames[index]!.layout }))
  const admitted = refused?.size ? frames.filter(({ layout }) => !refused.has(layout)) : frames
  admitted.sort((a, b) => a.at - b.at)
  rejected.sort((a, b) => a.index - b.index)
  const rows = encodeFrames(device, admitted)
  const texts = [...records.map(({ data }) => data), ...rejected.map(({ record }) => record)]
  return {
    device,
    rows,
    frames: admitted.length,
    layouts: fresh.filter((layout) => isDue(layout) && !refused?.has(layout)),
    latest,
    records,
    isHandled: records.some(({ kind }) => kinds[kind]!.isHandled),
    rejected,
    bytes: rows.length + texts.reduce((sum, text) => sum + text.length + 200, 0),
  }
}

/** Of a body that was read along the shapes of the last one. */
export const unitOf = (device: Device, { rows, frames }: { rows: Buffer; frames: number }): Unit => ({
  device,
  rows,
  frames,
  layouts: [],
  latest: 0,
  records: [],
  isHandled: false,
  rejected: [],
  bytes: rows.length,
})

/** Kept as text that PostgreSQL takes: NUL and halves of surrogate pairs are replaced. */
function kept(text: string) {
  const cut = Buffer.from(text.slice(0, limits.rejectedTextBytes))
  const record = cut.subarray(0, limits.rejectedTextBytes).toString().replaceAll('\0', '\u{FFFD}')
  return record === text ? { record, replayable: true } : { record: record.replace(/\u{FFFD}+$/u, ''), replayable: false }
}
