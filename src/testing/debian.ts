import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'

/** Where a program is, and what its environment has to name for it to find its libraries. */
interface Program {
  path: string
  environment: Record<string, string>
}

/** An installed program; else Debian's, unpacked with the libraries it names, and not installed. Undefined, with a warning, where neither can be had. */
export async function debianProgram(name: string, place: string): Promise<Program | undefined> {
  const installed = [Bun.which(name), join('/', place)].find((path) => path && existsSync(path))
  if (installed) return { path: installed, environment: {} }
  const folder = join(tmpdir(), `monozu-${name}`)
  const path = join(folder, place)
  if (!existsSync(path)) await unpack(name, folder)
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  const libraries = ['usr/lib', 'lib'].map((part) => join(folder, part, machine)).join(':')
  if (existsSync(path)) return { path, environment: { LD_LIBRARY_PATH: libraries } }
  console.warn(`${name} is not installed and could not be obtained: what is tested with it is left out`)
  return undefined
}

async function unpack(name: string, folder: string) {
  await mkdir(folder, { recursive: true })
  const isRoot = process.getuid?.() === 0
  const download = `apt-get download ${name} $(apt-cache depends ${name} | sed -n 's/^ *Depends: \\(lib[^ ]*\\)$/\\1/p' | grep -vE '^lib(c6|js-.*)$')`
  await $`sh -c ${`(${download} || (${isRoot} && apt-get update && ${download})) && for package in *.deb; do dpkg-deb -x $package .; done && rm *.deb`}`
    .cwd(folder)
    .quiet()
    .nothrow()
}
