import { afterAll, expect, test } from 'bun:test'
import { openFaults } from '../testing/faults'

// The short form of `bun run test:faults`: each fault once.

const world = await openFaults()
afterAll(() => world.close())

for (const [name, { needs = true, run }] of Object.entries(world.faults)) {
  test.skipIf(!needs)(
    `${name}, under load: what was acknowledged is stored, once`,
    async () => {
      world.send()
      await world.untilServed()
      await run()
      await world.untilServed()
      const found = await world.check()
      expect(found).toMatchObject({ lost: 0, doubled: 0, different: 0, wrong: [] })
      expect(found.acknowledged).toBeGreaterThan(0)
    },
    180_000,
  )
}

test('the memory of the ingestor stays bounded', () => {
  expect(world.peakMb()).toBeGreaterThan(0)
  expect(world.peakMb()).toBeLessThan(400)
})
