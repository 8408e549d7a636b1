import { $ } from 'bun'
import { bun, seconds, step, tool } from './step'

// `bun run verify`: everything that must hold before anything lands. Stops at the first step that fails and says which.

const began = performance.now()

/** Tests print as they go; their totals come from the report, for the closing line. */
async function tests(): Promise<boolean> {
  const report = 'dist/tests.xml'
  const { exitCode } = await $`${bun} test --timeout 60000 --reporter=junit --reporter-outfile=${report}`.nothrow()
  const [, total = '0', , failed = '0', skipped = '0'] =
    (
      await Bun.file(report)
        .text()
        .catch(() => '')
    ).match(/<testsuites[^>]* tests="(\d+)" assertions="(\d+)" failures="(\d+)" skipped="(\d+)"/) ?? []
  const passed = Number(total) - Number(failed) - Number(skipped)
  console.log(`\nverified in ${seconds(began)}\n${passed} passed, ${Number(failed)} failed`)
  return exitCode === 0 && passed > 0
}

await step('install', [bun, 'install', '--frozen-lockfile'])
await step('format', tool('oxfmt', '--check'))
await step('lint', tool('oxlint', '--type-aware', '--deny-warnings'))
await step('types', tool('tsc', '--noEmit'), tool('tsc', '--noEmit', '-p', 'web'))
await step('unused code', tool('knip'))
await step('console', [bun, 'run', 'build:web'])
await step('binary', [bun, 'run', 'build:binary'])
process.exit((await tests()) ? 0 : 1)
