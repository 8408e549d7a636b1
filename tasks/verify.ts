import { existsSync, readFileSync, rmSync } from 'node:fs'
import { $ } from 'bun'
import { bun, seconds, step, tool } from './step'

// `bun run verify`: everything that must hold before anything lands. Stops at the first step that fails and says which.

const began = performance.now()

const managementJourneys = 'web/e2e/management/'

/** Two parts that take about as long: they wait for different things, a browser or PostgreSQL or a clock, and keep two cores busy. */
const parts = {
  journeys: ['./web/', './ingestor/', `--path-ignore-patterns=${managementJourneys}**`],
  others: ['./src/', `./${managementJourneys}`],
}

interface Totals {
  passed: number
  failed: number
}

/** Tests print as they go; their totals come from the report. */
async function testsOf(name: string, which: string[]): Promise<Totals> {
  const report = `dist/tests-${name}.xml`
  rmSync(report, { force: true })
  const { exitCode } = await $`${bun} test --timeout 60000 --reporter=junit --reporter-outfile=${report} ${which}`.nothrow()
  const text = existsSync(report) ? readFileSync(report, 'utf8') : ''
  const [, total = '0', failures = '0', skipped = '0'] =
    text.match(/<testsuites[^>]* tests="(\d+)" assertions="\d+" failures="(\d+)" skipped="(\d+)"/) ?? []
  const failed = Number(failures)
  const passed = Number(total) - failed - Number(skipped)
  // What ends the runner itself, or keeps a file from being read, is no failed test.
  return { passed, failed: failed || (exitCode === 0 && passed ? 0 : 1) }
}

async function tests(): Promise<boolean> {
  const totals = await Promise.all(Object.entries(parts).map(([name, which]) => testsOf(name, which)))
  const sum = (key: keyof Totals) => totals.reduce((all, one) => all + one[key], 0)
  console.log(`\nverified in ${seconds(began)}\n${sum('passed')} passed, ${sum('failed')} failed`)
  return sum('failed') === 0
}

await step('install', [bun, 'install', '--frozen-lockfile'])
await step('format', tool('oxfmt', '--check'))
await step('lint and types', tool('oxlint', '--type-aware', '--type-check', '--deny-warnings'))
await step('unused code', tool('knip'))
await step('console', [bun, 'run', 'build:web'])
await step('binary', [bun, 'run', 'build:binary'])
process.exit((await tests()) ? 0 : 1)
