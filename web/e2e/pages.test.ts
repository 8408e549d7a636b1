import { expect, test } from 'bun:test'
import { dirname, join } from 'node:path'
import { deviceSections, managementPages, pages } from './pages'

const source = join(import.meta.dir, '../src')

/** The addresses a file of routes has; those without a slash stand below the one that has it. */
async function routesOf(file: string): Promise<string[]> {
  const paths = [...(await Bun.file(join(source, file)).text()).matchAll(/\bpath: '([^']+)'/g)].map(([, path]) => path!)
  const parent = paths.find((path) => path.startsWith('/')) ?? ''
  return paths.filter((path) => path !== '*').map((path) => (path.startsWith('/') ? path : `${parent}/${path}`))
}

const files = [...new Bun.Glob('**/routes.tsx').scanSync(source), ...new Bun.Glob('management/router.tsx').scanSync(source)].toSorted()

/** Only lead on, or are looked at where they are gone through. */
const elsewhere = [
  '/settings',
  '/account',
  '/dev/kit',
  // Chromium comes back to it from the provider.
  '/auth/callback',
  // A tenant is reached from the list, and so is its page.
  '/tenants/:id',
]

test('every address of both consoles is among the pages that are looked at', async () => {
  const routes = (await Promise.all(files.map(routesOf))).flat()
  expect(routes.length).toBeGreaterThan(30)
  const known = new Set([...pages, ...managementPages, ...deviceSections.map((path) => path.split('?')[0]!), ...elsewhere, '/sign-in'])
  expect(routes.filter((path) => !known.has(path))).toEqual([])
  expect(files.map((file) => dirname(file))).toContain('features/devices')
})

test('every section of a device is among them', async () => {
  const page = await Bun.file(join(source, 'features/devices/device-page.tsx')).text()
  const [, list = ''] = page.match(/const tabs = \[([^\]]+)\]/) ?? []
  const tabs = [...list.matchAll(/'(\w+)'/g)].map(([, tab]) => tab!)
  expect(tabs.length).toBeGreaterThan(5)
  expect(deviceSections).toEqual(tabs.map((tab) => `/devices/:id?tab=${tab}`))
})

/** What files of the kit are reached from these, through one another. */
async function reached(from: string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const file of from) {
    const imports = [...(await Bun.file(file).text()).matchAll(/from '([^']+)'/g)].map(([, name]) => name!)
    for (const name of imports) {
      const path = name.startsWith('@/') ? join(source, name.slice(2)) : name.startsWith('.') ? join(dirname(file), name) : ''
      const next = `${path}.tsx`
      if (found.has(next) || from.includes(next) || !(await Bun.file(next).exists())) continue
      found.add(next)
      from.push(next)
    }
  }
  return found
}

/** Parts of the shell, which every page shows. */
const ofShell = ['data-table/list-frame.tsx', 'favourite.tsx', 'side-navigation.tsx']
/** Need a server to say anything, or show what others do; they are looked at in their journeys. */
const ofServer = ['export-button.tsx', 'invitations-dialog.tsx', 'versioned-form.tsx']

test('every piece of the kit is shown on its page', async () => {
  const dev = [...new Bun.Glob('dev/*.tsx').scanSync(source)].map((file) => join(source, file))
  const shown = await reached(dev)
  const kit = [...new Bun.Glob('**/*.tsx').scanSync(join(source, 'kit'))]
  expect(kit.length).toBeGreaterThan(30)
  expect(kit.filter((file) => !shown.has(join(source, 'kit', file))).toSorted()).toEqual([...ofShell, ...ofServer].toSorted())
})
