import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { deviceOf } from './keys'
import { native } from './doors/native'
import { examine } from './examine'
import { openLayouts } from './layouts'
import { openShapes } from './shapes'

const id = Bun.randomUUIDv7()
const device = deviceOf({ tenant_id: id, device_id: id, key_id: id, key_hash: '' })
const json = new Request('http://localhost', { headers: { 'content-type': 'application/json' } })
const lines = new Request('http://localhost', { headers: { 'content-type': 'application/x-ndjson' } })

/** Layouts that are known to be stored and kept for good, and shapes that learn from what is read the general way. */
function openReading() {
  const layouts = openLayouts(
    async () => [[]],
    () => false,
  )
  const shapes = openShapes()
  async function general(bytes: Buffer, request = json, learning = false) {
    const unit = await examine(native.read(bytes, request), device, layouts, learning ? shapes : undefined)
    layouts.settle({ ...unit, latest: Infinity }, true)
    return unit
  }
  return {
    general,
    learn: (bytes: Buffer, request = json) => general(bytes, request, true),
    along: (bytes: Buffer) => shapes.read(bytes, device),
  }
}

const oddNumbers = [
  '-0',
  '0',
  '1e400',
  '-1E-400',
  '1e5',
  '1E+2',
  '0.1',
  '123456789012345',
  '1234567890123456',
  '9007199254740993',
  '0.30000000000000004',
]
const more = [
  '1.7976931348623157e308',
  '5e-324',
  '123456789.123456789',
  '0.000001',
  '-12.5e-3',
  '100000000000000000000000',
  '4.35',
  '0.12345678901234567',
]
const wrong = ['01', '-', '1.', '.5', '+1', '1e', '0x10', 'NaN', 'Infinity', 'null', 'true', '"text"', '[1]', '{}', '1 2', '--1', '1e+']
const number = fc.oneof(
  { weight: 20, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)) },
  {
    weight: 20,
    arbitrary: fc
      .tuple(fc.integer({ min: -100_000, max: 100_000 }), fc.integer({ min: 0, max: 6 }))
      .map(([n, d]) => (n / 10 ** d).toFixed(d)),
  },
  { weight: 4, arbitrary: fc.constantFrom(...oddNumbers, ...more) },
  { weight: 1, arbitrary: fc.constant('1e400') },
)
const space = fc.constantFrom('', '', '', ' ', '\t', '  ')
const name = fc.oneof(
  { weight: 40, arbitrary: fc.stringMatching(/^[a-zA-Z_][a-z0-9_.:-]{0,8}$/) },
  { weight: 2, arbitrary: fc.constantFrom('a', '__proto__', '\\u0061', '1') },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 6 }).map((text) => JSON.stringify(text).slice(1, -1)) },
)
const label = fc.oneof(
  fc.constantFrom('"eth0"', '"\\ud800"', '"é"', '"\\""', '"]},{"'),
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
)
const stamp = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000 + (seconds % 1000)).toISOString()),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '2026-02-30T00:00:00.000Z',
      '2026-01-01T00:00:00Z',
      '2026-01-01 10:00:00.5+02:00',
      '2026-01-01T24:00:00.000Z',
      '',
      '2026-01-01T00:00:0é.000Z',
    ),
  },
)
/** What does not change from one body to the next, written with holes for times (T), ids (I) and numbers (N). */
interface Parts {
  fields: [string, string][]
  spaces: string[]
  members: string[]
  extra: string
}

function write({ fields, spaces: [s0, s1, s2, s3, s4], members, extra }: Parts): string {
  const data = `{${s0}${fields.map(([key, value]) => `"${key}"${s1}:${s2}${value}`).join(`${s3},${s4}`)}${s0}}`
  const parts: Record<string, string> = { kind: '"telemetry"', timestamp: '"T"', id: '"I"', data }
  return `{${s0}${members.map((member) => `"${member}"${s1}:${s2}${parts[member]}`).join(`${s3},${s4}`)}${extra}}`
}

const skeleton = fc
  .record({
    fields: fc.array(fc.tuple(name, fc.oneof({ weight: 5, arbitrary: fc.constant('N') }, { weight: 1, arbitrary: label })), {
      minLength: 1,
      maxLength: 8,
    }),
    spaces: fc.array(space, { minLength: 5, maxLength: 5 }),
    members: fc.shuffledSubarray(['kind', 'timestamp', 'data', 'id'], { minLength: 3 }),
    extra: fc.constantFrom(...Array.from({ length: 12 }, () => ''), ',"more":1', ',"data":{"a":N}', ',"kind":"log"'),
  })
  .map(write)

const fill = (text: string, [times, numbers]: [string[], string[]]) => {
  let [t, n] = [0, 0]
  return text
    .replaceAll('"T"', () => `"${times[t++ % times.length]}"`)
    .replaceAll('"I"', () => `"id-${t}"`)
    .replace(/(?<=[:\s])N(?=[\s,}])/g, () => numbers[n++ % numbers.length] ?? '0')
}
const filling = fc.tuple(
  fc.array(stamp, { minLength: 3, maxLength: 4 }).map((list) => list.sort()),
  fc.array(number, { minLength: 1, maxLength: 20 }),
)
const change = fc.oneof(
  fc.record({
    at: fc.nat(),
    remove: fc.integer({ min: 0, max: 2 }),
    put: fc.oneof(
      fc.constantFrom(...wrong, ...'{ } [ ] , : " \\ 0 e . - é'.split(' '), ' ', '\n', '\t', '\r\n'),
      fc.string({ maxLength: 2 }),
    ),
  }),
)
const framing = fc.constantFrom(
  ['[', ',', ']'],
  ['[ ', ' ,\n ', ' ]\n'],
  ['', '\n', ''],
  ['', '\r\n', '\n'],
  ['', '\n\n', ' \n'],
  ['\n[', ',', ']'],
  ['[', ',', ',]'],
)

/** What the general way makes of a body, or nothing where it refuses anything. */
async function plainly({ general }: ReturnType<typeof openReading>, bytes: Buffer, request: Request) {
  try {
    const { rows, frames, rejected } = await general(bytes, request)
    return rejected.length ? undefined : { rows, frames }
  } catch {
    return undefined
  }
}

test('a body read along the shapes of the one before is what the general way makes of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(skeleton, { minLength: 1, maxLength: 3 }),
      framing,
      filling,
      fc.array(fc.tuple(filling, fc.array(change, { maxLength: 2 })), { minLength: 4, maxLength: 4 }),
      fc.boolean(),
      async (skeletons, [open, between, close], first, others, isLines) => {
        const request = isLines ? lines : json
        const reading = openReading()
        const body = (filled: [string[], string[]]) => Buffer.from(`${open}${fill(skeletons.join(between), filled)}${close}`)
        // A layout has to be stored before anything is read along it.
        for (const _ of [1, 2]) await reading.learn(body(first), request).catch(() => {})
        for (const [filled, changes] of others) {
          let bytes = body(filled)
          for (const { at, remove, put } of changes) {
            const from = at % (bytes.length + 1)
            bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(put), bytes.subarray(from + remove)])
          }
          const found = reading.along(bytes)
          if (found) expect(await plainly(reading, bytes, request)).toEqual(found)
        }
      },
    ),
    { numRuns: 1500 },
  )
})

/** Records that can be stored, written without escapes in their names; no label looks like a hole. */
const plainSkeleton = fc
  .record({
    fields: fc.uniqueArray(
      fc.tuple(
        fc.stringMatching(/^[a-z_][a-z0-9_.:-]{0,8}$/),
        fc.oneof(
          { weight: 5, arbitrary: fc.constant('N') },
          { weight: 1, arbitrary: fc.stringMatching(/^[ -HJ-MO-SU-~]{0,8}$/).map((text) => JSON.stringify(text)) },
        ),
      ),
      { minLength: 1, maxLength: 8, selector: ([key]) => key },
    ),
    spaces: fc.array(space, { minLength: 5, maxLength: 5 }),
    members: fc
      .shuffledSubarray(['kind', 'timestamp', 'data', 'id'], { minLength: 3 })
      .filter((members) => ['kind', 'timestamp', 'data'].every((member) => members.includes(member))),
  })
  .map(({ fields, ...rest }) => write({ fields: [...fields, ['the_last', 'N']], extra: '', ...rest }))
const plainFilling = fc.tuple(
  fc
    .array(
      fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000 + (seconds % 1000)).toISOString()),
      { minLength: 3, maxLength: 3 },
    )
    .map((list) => list.sort()),
  fc.array(
    number.filter((text) => Number.isFinite(Number(text))),
    { minLength: 1, maxLength: 20 },
  ),
)

test('whatever is written as the last body was, with other times, ids and numbers, is read along it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uniqueArray(plainSkeleton, { minLength: 1, maxLength: 3 }),
        plainSkeleton.map((one) => [one, one, one]),
      ),
      fc.constantFrom(['[', ',', ']'], ['[ ', ' ,\n ', ' ]\n'], ['', '\n', ''], ['', '\r\n', '\n'], ['', '\n\n', ' \n']),
      plainFilling,
      fc.array(plainFilling, { minLength: 1, maxLength: 3 }),
      async (skeletons, [open, between, close], first, others) => {
        const reading = openReading()
        const body = (filled: [string[], string[]]) => Buffer.from(`${open}${fill(skeletons.join(between), filled)}${close}`)
        await reading.learn(body(first))
        for (const filled of others) {
          const bytes = body(filled)
          const found = reading.along(bytes)
          expect({ text: bytes.toString(), isFollowed: found !== undefined }).toEqual({ text: bytes.toString(), isFollowed: true })
          expect(found).toEqual(await plainly(reading, bytes, json))
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('what devices usually send is read along', async () => {
  const record = (at: number, data: Record<string, unknown>) => ({ kind: 'telemetry', timestamp: new Date(at).toISOString(), data })
  const bodyOf = (at: number) => [
    record(at, { cpu_percent: Math.random() * 100, load: -0.5 }),
    ...['eth0', 'lo'].map((one) => record(at, { interface: one, rx_bytes: 1e15 * Math.random(), ok: 1 })),
  ]
  for (const write of [
    (at: number) => JSON.stringify(bodyOf(at)),
    (at: number) =>
      bodyOf(at)
        .map((one) => `${JSON.stringify(one)}\n`)
        .join(''),
    (at: number) =>
      `[\n${bodyOf(at)
        .map((one) =>
          JSON.stringify({ id: `id ${at}`, ...one })
            .replaceAll(',', ', ')
            .replaceAll('":', '": '),
        )
        .join(',\n')}\n]\n`,
  ]) {
    const reading = openReading()
    expect(reading.along(Buffer.from(write(1e12)))).toBeUndefined()
    await reading.learn(Buffer.from(write(1e12)))
    for (const at of [1.1e12, 1.2e12]) {
      const bytes = Buffer.from(write(at))
      expect(reading.along(bytes)).toEqual(await plainly(reading, bytes, json))
    }
  }
})

test('a device that never writes alike costs ever fewer attempts to learn', async () => {
  const reading = openReading()
  let learned = 0
  const shapes = openShapes()
  for (let index = 0; index < 100; index++) {
    const bytes = Buffer.from(
      JSON.stringify([{ kind: 'telemetry', timestamp: new Date(index).toISOString(), data: { [`name_${index}`]: index } }]),
    )
    expect(shapes.read(bytes, device)).toBeUndefined()
    const [layout] = (await reading.general(bytes)).layouts
    if (!layout) throw new Error('it has no layout of its own')
    shapes.learn(device, 1, () => {
      learned += 1
      return { text: bytes.toString().slice(1, -1), layout }
    })
  }
  expect(learned).toBeLessThan(12)
})
