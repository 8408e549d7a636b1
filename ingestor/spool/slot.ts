import { Database } from 'bun:sqlite'
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A folder that belongs to one process for as long as it lives. */
export interface Slot {
  folder: string
  release: () => void
}

/** The lock is one that the system takes back when its holder dies, however it dies. Undefined where somebody else has it. */
function take(folder: string): Slot | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = new Database(join(folder, 'lock'), { create: true })
  try {
    lock.run('begin exclusive')
    return { folder, release: () => lock.close() }
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw error
  }
}

const mostSlots = 256

/** The first numbered folder that nobody has. */
export function takeSlot(parent: string): Slot {
  for (let number = 0; number < mostSlots; number++) {
    const slot = take(join(parent, String(number)))
    if (slot) return slot
  }
  throw new Error(`all of the ${mostSlots} places in the spool are taken`)
}

/** The folders that a process left behind with files that are wanted: whoever comes first stores them. Each is taken when it is its turn, not before. */
export function* takeAbandoned(parent: string, isWanted: (name: string) => boolean): Generator<Slot> {
  for (const name of readdirSync(parent).filter((file) => /^\d+$/.test(file))) {
    const isFilled = readdirSync(join(parent, name)).some(isWanted)
    const slot = isFilled ? take(join(parent, name)) : undefined
    if (slot) yield slot
  }
}

/** A file that was made or removed is so for good only once its folder is on disk. */
export function syncFolder(folder: string) {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
