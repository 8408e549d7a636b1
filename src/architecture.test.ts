import { expect, test } from 'bun:test'
import { dirname, join, normalize, resolve } from 'node:path'

const root = resolve(import.meta.dir, '..')
const areas = ['identity', 'console', 'edge', 'cmdb', 'itsm', 'soc', 'vpn', 'backup', 'iot', 'output', 'management']

interface Import {
  from: string
  to: string
  typeOnly: boolean
}

async function importsOf(file: string): Promise<Import[]> {
  const text = await Bun.file(join(root, file)).text()
  const found = text.matchAll(/(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g)
  return [...found].map(([, type, named, dynamic]) => {
    const target = named ?? dynamic ?? ''
    return { from: file, to: target.startsWith('.') ? normalize(join(dirname(file), target)) : target, typeOnly: Boolean(type) }
  })
}

const files = ['src', 'ingestor', 'web/src']
  .flatMap((folder) => [...new Bun.Glob('**/*.{ts,tsx}').scanSync({ cwd: join(root, folder) })].map((file) => `${folder}/${file}`))
  .filter((file) => !/\.test\.tsx?$|\/testing\b/.test(file))
const imports = (await Promise.all(files.map(importsOf))).flat()
const contextOf = (path: string) => path.match(new RegExp(`^src/(${areas.join('|')})/[^/]+(?=/)`))?.[0]
const fileOf = (path: string) =>
  path
    .split('/')
    .at(-1)!
    .replace(/\.tsx?$/, '')
const told = (list: Import[]) => list.map(({ from, to }) => `${from} -> ${to}`)

test('there is something to look at', () => {
  expect(imports.length).toBeGreaterThan(200)
})

test('core knows no context', () => {
  expect(told(imports.filter(({ from, to }) => from.startsWith('src/core/') && contextOf(to)))).toEqual([])
})

test("another context's routes and jobs are private", () => {
  const trespass = imports.filter(({ from, to }) => {
    const [mine, theirs] = [contextOf(from), contextOf(to)]
    return mine && theirs && mine !== theirs && ['routes', 'jobs'].includes(fileOf(to))
  })
  expect(told(trespass)).toEqual([])
})

test('inside a context the way goes from routes to service to schema', () => {
  const rank: Record<string, number> = { routes: 3, jobs: 3, service: 2, list: 2, schema: 0 }
  const upward = imports.filter(({ from, to }) => contextOf(from) && contextOf(to) && (rank[fileOf(from)] ?? 1) < (rank[fileOf(to)] ?? 1))
  expect(told(upward)).toEqual([])
})

test('only routes and a few core files know the web framework', () => {
  const knowing = new Set(imports.filter(({ to }) => to === 'elysia').map(({ from }) => from))
  const allowed =
    /^src\/((app|guard)|management\/(app|guard|wire)|core\/(api-document|errors|guard|health|requests|sockets|static|wire)|.+\/routes)\.ts$/
  expect([...knowing].filter((file) => !allowed.test(file))).toEqual([])
})

test('the ingestor sees only core', () => {
  const outside = imports.filter(({ from, to }) => from.startsWith('ingestor/') && to.startsWith('src/') && !to.startsWith('src/core/'))
  expect(told(outside)).toEqual([])
  expect(told(imports.filter(({ from, to }) => from.startsWith('ingestor/') && /^(elysia|drizzle-orm)/.test(to)))).toEqual([])
})

test('the Management plane and the Cloud share core alone: they meet over HTTP, and in the functions that the database has for it', () => {
  const ofManagement = (path: string) => path.startsWith('src/management/')
  const outside = imports.filter(
    ({ from, to }) => ofManagement(from) && to.startsWith('src/') && !ofManagement(to) && !to.startsWith('src/core/'),
  )
  expect(told(outside)).toEqual([])
  const inside = imports.filter(({ from, to, typeOnly }) => ofManagement(to) && !ofManagement(from) && !typeOnly)
  expect(told(inside.filter(({ from }) => !/^src\/(commands\/management|up\/)/.test(from)))).toEqual([])
})

test('the agent talks HTTP and knows nothing else of us', () => {
  expect(
    told(imports.filter(({ from, to }) => from.startsWith('src/agent/') && to.startsWith('src/') && !to.startsWith('src/agent/'))),
  ).toEqual([])
})

test('the console sees only the type of the application', () => {
  const seen = imports.filter(({ from, to }) => from.startsWith('web/') && to.startsWith('src/'))
  const types = new Set(['src/app', 'src/management/app'])
  expect(told(seen.filter(({ to, typeOnly }) => !types.has(to) || !typeOnly))).toEqual([])
})

test('nothing goes in circles', () => {
  const graph = new Map<string, string[]>()
  for (const { from, to, typeOnly } of imports) {
    if (typeOnly || !to.includes('/')) continue
    const target = [`${to}.ts`, `${to}.tsx`, to].find((path) => files.includes(path))
    if (target) graph.set(from, [...(graph.get(from) ?? []), target])
  }
  const done = new Set<string>()
  const circles: string[] = []
  function visit(file: string, path: string[]) {
    if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  expect(circles).toEqual([])
})

test('files stay short enough to be read whole', async () => {
  const lengths = await Promise.all(
    files.map(async (file) => ({ file, lines: (await Bun.file(join(root, file)).text()).split('\n').length })),
  )
  expect(lengths.filter(({ lines }) => lines > 500)).toEqual([])
})
