import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { readText, replaceFile } from './files'

/**
 * A stable id of this machine. machine-id(5) asks that the id itself is not shown to the network, hence the digest;
 * without one, a random id is made and kept.
 */
export function hardwareId(stateDir: string, machineIdPath: string): string {
  const machineId = readText(machineIdPath)?.trim()
  if (machineId && /^[0-9a-f]{32}$/i.test(machineId)) {
    return createHash('sha256').update(`monozu-edge:${machineId.toLowerCase()}`).digest('hex')
  }
  const path = join(stateDir, 'hardware_id')
  const kept = readText(path)?.trim()
  if (kept) return kept
  const made = randomUUID()
  replaceFile(path, `${made}\n`)
  return made
}
