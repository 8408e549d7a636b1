import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { scaleLabels, scaleOf } from './chart-scale'

test.each([
  ['nothing at all', [Infinity, -Infinity, {}], [0, 1]],
  ['nothing at all of a unit with a top', [Infinity, -Infinity, { highest: 100 }], [0, 100]],
  ['a line at zero', [0, 0, { fitted: true }], [0, 1]],
  ['a line at zero of a unit with a top', [0, 0, { highest: 100 }], [0, 100]],
  ['a line that never moves stands on zero', [100, 100, { fitted: true }], [0, 115]],
  ['one that hardly moves fills the height', [100, 104, { fitted: true }], [99, 105]],
  ['not beyond its ceiling', [96, 100, { fitted: true, ceiling: 100 }], [95, 100]],
  ['unless its values are', [96, 104, { fitted: true, ceiling: 100 }], [94, 106]],
  ['below zero alone', [-20, -10, { fitted: true }], [-23, 0]],
  ['where zero means nothing', [1_000, 1_800, { fitted: true, unanchored: true }], [800, 2_000]],
  ['one that never moves where zero means nothing', [1_800_000_000, 1_800_000_000, { unanchored: true }], [1_799_998_200, 1_800_001_800]],
  ['zero where it means nothing', [0, 0, { unanchored: true }], [-1, 1]],
] as const)('%s', (_, [low, high, options], [bottom, top]) => {
  const scale = scaleOf(low, high, options)
  expect(scale[0]).toBeCloseTo(bottom, 9)
  expect(scale[1]).toBeCloseTo(top, 9)
})

test('whatever the values are, they lie within a scale that has a height', () => {
  const value = fc.double({ noNaN: true, min: -1e300, max: 1e300 })
  const options = fc.record({
    fitted: fc.boolean(),
    unanchored: fc.boolean(),
    highest: fc.constantFrom(undefined, 100),
    ceiling: fc.constantFrom(undefined, 100),
  })
  fc.assert(
    fc.property(value, value, options, (one, other, given) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)]
      const [bottom, top] = scaleOf(low, high, given)
      expect(bottom < top && bottom <= low && high <= top).toBe(true)
    }),
  )
})

test('lines of the scale that would read alike get more digits, as far as their format has any', () => {
  const format = (value: number, more = 0) => value.toFixed(more)
  expect(scaleLabels([0, 1, 2], format)).toEqual(['0', '1', '2'])
  expect(scaleLabels([0, 0.04, 0.08], format)).toEqual(['0.00', '0.04', '0.08'])
  expect(scaleLabels([0, 0.2, 0.4, 0.6, 1], (value) => value.toFixed(0))).toEqual(['0', '', '', '1', ''])
})
