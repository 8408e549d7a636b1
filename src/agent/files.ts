import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Log, reasonOf } from './log'

/** The text of a file, or undefined when it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The parsed content of a JSON file, or undefined when it is missing or broken. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readText(path) ?? '')
  } catch {
    return undefined
  }
}

/** Replaces a file as a whole, readable by its owner alone: after a crash it holds the old text or the new one. */
export function replaceFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(`${path}.new`, 'w', 0o600)
  try {
    const bytes = Buffer.from(text)
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
}

/** The same where the agent can do without for now: a full disk is told and must not stop it. */
export function keepFile(path: string, text: string, log: Log): void {
  try {
    replaceFile(path, text)
  } catch (error) {
    log('error', 'file_not_written', { path, reason: reasonOf(error) })
  }
}
