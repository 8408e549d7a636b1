import { existsSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Finding } from '../../src/core/diagnose'
import { codeOf } from '../../src/core/problem'
import { isMeantFor, listSegments } from './segments'

/** An ingestor that runs, and a database that answers, leave nothing for so long. */
const oldMs = 3_600_000

const sum = (list: number[]) => list.reduce((all, one) => all + one, 0)
const told = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`

function whyNotWritable(folder: string): string | undefined {
  const probe = join(folder, `.doctor-${process.pid}`)
  try {
    writeFileSync(probe, 'x', { mode: 0o600 })
    rmSync(probe)
    return undefined
  } catch (error) {
    return codeOf(error) || 'no reason was given'
  }
}

function ageOf(paths: string[]): number | undefined {
  const times = paths.map((path) => statSync(path).mtimeMs)
  return times.length ? Date.now() - Math.min(...times) : undefined
}

/** What an operator wants to know of the spool on this host. `installation` is that of the database, as far as it could be asked. */
export function diagnoseSpool(place: { folder: string; bytes: number } | undefined, installation: string | undefined): Finding[] {
  if (!place) return [{ label: 'spool', text: 'none is kept (SPOOL_BYTES is 0)', fault: false }]
  const { folder, bytes: most } = place
  if (!existsSync(folder)) return [{ label: 'spool', text: `nothing was ever kept in ${folder}`, fault: false }]
  const reason = whyNotWritable(folder)
  const line = { label: 'spool', text: reason ? `${folder} cannot be written (${reason})` : folder, fault: reason !== undefined }
  if (!statSync(folder).isDirectory()) return [line]
  const slots = readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map((name) => join(folder, name))
  const segments = slots.flatMap(listSegments)
  const damaged = slots.flatMap((slot) => {
    const set = join(slot, 'damaged')
    return existsSync(set) ? readdirSync(set).map((name) => join(set, name)) : []
  })
  const held = sum(segments.map(({ bytes }) => bytes)) + sum(damaged.map((path) => statSync(path).size))
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const foreign = installation ? segments.filter(({ path }) => !isMeantFor(basename(path), installation)) : []
  const waiting = segments.filter((segment) => segment.bytes && !foreign.includes(segment))
  const age = ageOf(waiting.map(({ path }) => path))
  return [
    line,
    {
      label: 'spool: space',
      text: `${told(held)} are held, at most ${told(most)} a process, and ${told(free)} are free on its disk`,
      fault: free < most - held,
    },
    {
      label: 'spool: oldest record',
      text:
        age === undefined
          ? 'none waits'
          : `${told(sum(waiting.map(({ bytes }) => bytes)))} wait, for ${Math.round(age / 60_000)} minutes at most`,
      fault: age !== undefined && age > oldMs,
    },
    {
      label: 'spool: damaged',
      text: damaged.length
        ? `${damaged.length} records were set aside; look at ${[...new Set(damaged.map((path) => join(path, '..')))].join(', ')}`
        : 'none',
      fault: damaged.length > 0,
    },
    {
      label: 'spool: of others',
      text: !installation
        ? 'not known: the database does not say which installation it is'
        : foreign.length
          ? `${told(sum(foreign.map(({ bytes }) => bytes)))} for the database of another installation`
          : 'none',
      fault: foreign.length > 0,
    },
  ]
}
