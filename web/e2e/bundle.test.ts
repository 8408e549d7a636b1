import { expect, test } from 'bun:test'
import { join } from 'node:path'

const built = join(import.meta.dir, '../../dist/web')
const limitBytes = 200_000
/** How many a browser asks for at a time by HTTP/1.1. */
const filesAtOnce = 6

const text = (path: string) => Bun.file(join(built, path)).text()

/** A script and all that it imports before it can run. */
async function withImports(path: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(path)) return seen
  seen.add(path)
  const imports = (await text(path)).matchAll(/(?:import|from)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)
  for (const [, name] of imports) await withImports(`assets/${name}`, seen)
  return seen
}

const entries = ['index.html', 'management.html']

test.each(entries)(
  'the first view of %s needs less than 200 KB of JavaScript, compressed, in no more files than a browser asks for at once',
  async (entry) => {
    const html = await text(entry)
    const scripts = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(([, path]) => path!)
    const all = new Set<string>()
    for (const script of scripts) for (const path of await withImports(script)) all.add(path)
    const sizes = await Promise.all([...all].map(async (path) => Bun.gzipSync(await Bun.file(join(built, path)).bytes()).length))
    const total = sizes.reduce((sum, size) => sum + size, 0)
    // React alone is a quarter of it: less was not all.
    expect(total).toBeGreaterThan(limitBytes / 2)
    expect(total).toBeLessThan(limitBytes)
    expect(all.size).toBeLessThanOrEqual(filesAtOnce)
  },
)

// ASVS 14.2.3, 13.2.5
test.each(entries)('nothing in %s comes from anywhere else', async (entry) => {
  const html = await text(entry)
  expect(html).not.toMatch(/(?:src|href)="https?:/)
  expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/)
})
