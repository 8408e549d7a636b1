import { resolve } from 'node:path'

declare global {
  /** Filled by the build: path in the project -> path inside of the binary. */
  var carriedFiles: Record<string, string> | undefined
}

const root = resolve(import.meta.dir, '../..')

/** Files below a folder of the project (`drizzle`, `dist/web`): from the binary where they are carried, else from the checkout. Relative path -> readable path. */
export function filesIn(folder: string): Map<string, string> {
  const carried = Object.entries(globalThis.carriedFiles ?? {}).filter(([path]) => path.startsWith(`${folder}/`))
  if (carried.length) return new Map(carried.map(([path, inside]) => [path.slice(folder.length + 1), inside]))
  try {
    const found = new Bun.Glob('**/*').scanSync({ cwd: resolve(root, folder) })
    return new Map([...found].map((path) => [path.replaceAll('\\', '/'), resolve(root, folder, path)]))
  } catch {
    return new Map()
  }
}
