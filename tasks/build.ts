import { mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { $ } from 'bun'
import { packagedPostgres } from '../src/core/embedded-postgres'
import { filesIn } from '../src/core/files'

// `bun run build`: dist/monozu, one program with the console, the migrations and a PostgreSQL inside.

const carried = ['dist/web', 'drizzle'].flatMap((folder) =>
  [...filesIn(folder)].map(([path, real]) => ({ path: `${folder}/${path}`, real })),
)
if (!carried.some(({ path }) => path === 'dist/web/index.html')) throw new Error('build the console first: bun run build:web')

mkdirSync('dist/build', { recursive: true })
const postgres = packagedPostgres()
if (postgres) {
  const real = resolve('dist/build/postgresql.tar.gz')
  await $`tar -C ${postgres} ${'--exclude=*.a'} -czf ${real} .`
  carried.push({ path: 'postgresql/postgresql.tar.gz', real })
}

const imports = carried.map(({ real }, index) => `import f${index} from ${JSON.stringify(real)} with { type: 'file' }`)
const entries = carried.map(({ path }, index) => `${JSON.stringify(path)}: f${index}`)
await Bun.write('dist/build/carried.ts', `${imports.join('\n')}\nglobalThis.carriedFiles = { ${entries.join(', ')} }\n`)
await Bun.write('dist/build/entry.ts', `import './carried'\nimport '../../src/main'\n`)

const target = Bun.env.BUILD_TARGET as Bun.Build.CompileTarget | undefined
const built = await Bun.build({
  entrypoints: ['dist/build/entry.ts'],
  compile: { outfile: 'dist/monozu', ...(target && { target }) },
  minify: { syntax: true, whitespace: true },
  sourcemap: 'none',
  external: ['typescript'],
})
rmSync('dist/build', { recursive: true })
if (!built.success) throw new AggregateError(built.logs, 'the binary could not be built')
console.log(`dist/monozu  ${(Bun.file('dist/monozu').size / 1_000_000).toFixed(0)} MB, ${carried.length} files inside`)
