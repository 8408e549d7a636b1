import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

const readLimit = 262_144
const lineLimit = 8_192

/**
 * Follows the first of some log files that can be read, from its end (one that appears later: from its start). A renamed file is read to its end before the new one is
 * opened; a truncated one is read from its start. Reads at most 256 KiB a call; the rest comes with the next.
 */
export function createTail(paths: string[]) {
  let file: { descriptor: number; path: string; inode: number; offset: number; rest: string } | undefined
  const absent = new Set<string>()

  function open(path: string, fromEnd: boolean) {
    try {
      const descriptor = openSync(path, 'r')
      const { ino, size } = fstatSync(descriptor)
      return { descriptor, path, inode: ino, offset: fromEnd ? size : 0, rest: '' }
    } catch {
      return undefined
    }
  }

  function readOn(from: NonNullable<typeof file>): string[] {
    if (fstatSync(from.descriptor).size < from.offset) Object.assign(from, { offset: 0, rest: '' })
    const buffer = Buffer.allocUnsafe(readLimit)
    const readBytes = readSync(from.descriptor, buffer, 0, readLimit, from.offset)
    from.offset += readBytes
    const lines = (from.rest + buffer.toString('utf8', 0, readBytes)).split('\n')
    from.rest = (lines.pop() ?? '').slice(0, lineLimit)
    return lines.map((line) => line.slice(0, lineLimit))
  }

  function wasRotated({ path, inode }: NonNullable<typeof file>): boolean {
    try {
      return statSync(path).ino !== inode
    } catch {
      // Between renaming and making the new file: the old one is still being written.
      return false
    }
  }

  return {
    /** Whole lines since the last call. */
    read(): string[] {
      for (const path of file ? [] : paths) {
        if (!existsSync(path)) absent.add(path)
        file ??= open(path, !absent.has(path))
      }
      if (!file) return []
      const lines = readOn(file)
      if (lines.length === 0 && wasRotated(file)) {
        const { descriptor, path } = file
        closeSync(descriptor)
        file = open(path, false)
        if (file) return readOn(file)
      }
      return lines
    },
    close() {
      if (file) closeSync(file.descriptor)
      file = undefined
    },
  }
}
