import { expect, test } from 'bun:test'
import { join } from 'node:path'

const built = join(import.meta.dir, '../../dist/web')
const limitBytes = 200_000

const text = (path: string) => Bun.file(join(built, path)).text()

/** A script and all that it imports before it can run. */
async function withImports(path: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(path)) return seen
  seen.add(path)
  const imports = (await text(path)).matchAll(/(?:import|from)\s*"\.\/([\w.-]+\.js)"/g)
  for (const [, name] of imports) await withImports(`assets/${name}`, seen)
  return seen
}

const entries = ['index.html', 'management.html']

test.each(entries)('the first view of %s needs less than 200 KB of JavaScript, compressed', async (entry) => {
  const html = await text(entry)
  const scripts = [...html.matchAll(/(?:src|href)="\/([\w./-]+\.js)"/g)].map(([, path]) => path!)
  const all = new Set<string>()
  for (const script of scripts) for (const path of await withImports(script)) all.add(path)
  const sizes = await Promise.all([...all].map(async (path) => Bun.gzipSync(await Bun.file(join(built, path)).bytes()).length))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  expect(all.size).toBeGreaterThan(1)
  expect(total).toBeLessThan(limitBytes)
})

// ASVS 14.2.3, 13.2.5
test.each(entries)('nothing in %s comes from anywhere else', async (entry) => {
  const html = await text(entry)
  expect(html).not.toMatch(/(?:src|href)="https?:/)
  expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/)
})
