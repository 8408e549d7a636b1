import { expect, test } from 'bun:test'
import { matrix, matrixPath } from '../tasks/asvs'

test('docs/asvs.md is what the tags in the tests say: run `bun run asvs`', async () => {
  expect(await Bun.file(matrixPath).text()).toBe((await matrix()).page)
})

test('every tag names a requirement, and none that is said to concern nobody or to have no test; what is shown in part has one', async () => {
  const { unknown, contradicted, every } = await matrix()
  expect([unknown, contradicted]).toEqual([[], []])
  // As many as the standard has: 70 of level 1 and 183 of level 2.
  expect(Object.fromEntries(['L1', 'L2'].map((level) => [level, every.filter((one) => one.level === level).length]))).toEqual({
    L1: 70,
    L2: 183,
  })
})

test('nine of ten requirements that concern the product are shown by a test, and the rest say why not', async () => {
  const { share, shareInFull, silent } = await matrix()
  expect(share).toBeGreaterThanOrEqual(0.9)
  expect(shareInFull).toBeGreaterThanOrEqual(0.85)
  expect(silent).toEqual([])
})
