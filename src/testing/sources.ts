import { join, resolve } from 'node:path'

const root = resolve(import.meta.dir, '../..')

/** The program's own text, without tests: for rules that hold wherever something is written. */
export async function sourcesOf(folders: string[]) {
  const files = folders.flatMap((folder) =>
    [...new Bun.Glob('**/*.{ts,tsx}').scanSync({ cwd: join(root, folder) })].map((file) => join(folder, file)),
  )
  const ours = files.filter((file) => !/\.test\.tsx?$|(^|\/)testing(\/|\.ts$)/.test(file)).sort()
  return Promise.all(ours.map(async (file) => ({ file, text: await Bun.file(join(root, file)).text() })))
}
