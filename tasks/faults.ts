import { openFaults } from '../src/testing/faults'

// `bun run test:faults [--rounds 20]`: does harm under load, again and again; what was acknowledged has to be stored, once. Exit code 1 otherwise.

const at = process.argv.indexOf('--rounds')
const rounds = at < 0 ? 20 : Number(process.argv[at + 1])
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number of at least 1')

const world = await openFaults()
let bad = 0
try {
  console.log(`${'fault'.padEnd(52)}rounds   lost  twice  wrong   back after: median, longest   acknowledged`)
  for (const [name, { needs = true, run }] of Object.entries(world.faults)) {
    if (!needs) {
      console.log(`${name.padEnd(52)}skipped: small disks can only be mounted by root`)
      continue
    }
    const backMs: number[] = []
    let [lost, doubled, wrong, acknowledged] = [0, 0, 0, 0]
    for (let round = 0; round < rounds; round++) {
      world.send()
      await world.untilServed()
      backMs.push(await run())
      await world.untilServed()
      const found = await world.check()
      lost = Math.max(lost, found.lost + found.different)
      doubled = Math.max(doubled, found.doubled)
      wrong = Math.max(wrong, found.wrong.length)
      acknowledged = found.acknowledged
    }
    backMs.sort((a, b) => a - b)
    const longestMs = backMs.at(-1)!
    if (lost || doubled || wrong || longestMs > 5000) bad += 1
    const back = `${(backMs[Math.floor(backMs.length / 2)]! / 1000).toFixed(2)} s, ${(longestMs / 1000).toFixed(2)} s`
    console.log(
      `${name.padEnd(52)}${String(rounds).padStart(6)}${String(lost).padStart(7)}${String(doubled).padStart(7)}${String(wrong).padStart(7)}   ${back.padEnd(29)}${acknowledged}`,
    )
  }
  console.log(`largest resident memory of an ingestor: ${world.peakMb().toFixed(0)} MB`)
} finally {
  await world.close()
}
process.exit(bad ? 1 : 0)
