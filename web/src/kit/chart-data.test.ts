import { expect, test } from 'bun:test'
import { type Point, alignSeries } from './chart-data'

const every = (ms: number, from: number, count: number) => Array.from({ length: count }, (_, index): Point => [from + index * ms, index])
const aligned = (...all: Point[][]) => alignSeries(all.map((points, index) => ({ label: String(index), points })))

test('series of one time keep it', () => {
  expect(aligned(every(1000, 0, 3), every(1000, 0, 3))).toEqual([
    [0, 1, 2],
    [0, 1, 2],
    [0, 1, 2],
  ])
})

test('a line goes on where only another source spoke', () => {
  expect(aligned(every(2000, 0, 3), every(2000, 1000, 2))).toEqual([
    [0, 1, 2, 3, 4],
    [0, undefined, 1, undefined, 2],
    [undefined, 0, undefined, 1, undefined],
  ])
})

test('a line breaks for as long as its own source was silent, whoever spoke meanwhile', () => {
  const silent = [...every(1000, 0, 3), ...every(1000, 20_000, 3)]
  const [axis, line] = aligned(silent, every(700, 100, 40)) as [number[], (number | null | undefined)[]]
  const within = axis.map((at) => at * 1000).flatMap((at, place) => (at > 2000 && at < 20_000 ? [line[place]] : []))
  expect(within.length).toBeGreaterThan(20)
  expect(new Set(within)).toEqual(new Set([null]))
  expect(line.filter((value) => typeof value === 'number')).toEqual([0, 1, 2, 0, 1, 2])
})

test('a silence that nobody filled breaks the line, too', () => {
  expect(aligned([...every(1000, 0, 3), [9000, 7]])).toEqual([
    [0, 1, 2, 3, 9],
    [0, 1, 2, null, 7],
  ])
})
