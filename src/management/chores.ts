import { describe } from '../core/errors'
import { log } from '../core/log'
import { sendDue } from './deliveries/service'
import { pullUsageWhenDue } from './fleet/pull'
import { housekeep } from './housekeeping'
import { expireLicences } from './licences/service'
import { deleteDue } from './offboarding/service'

const chores: { name: string; everyMs: number; run: () => Promise<unknown> }[] = [
  { name: 'deliveries', everyMs: 250, run: sendDue },
  { name: 'usage', everyMs: 5_000, run: pullUsageWhenDue },
  { name: 'housekeeping', everyMs: 3_600_000, run: housekeep },
  { name: 'licences', everyMs: 60_000, run: expireLicences },
  { name: 'deletions', everyMs: 5_000, run: deleteDue },
]

/** Each after its pause, never twice at once in a process; several processes share the work by row locks. Returns how to stop. */
export function doChores(): () => void {
  let stopped = false
  const timers = new Set<ReturnType<typeof setTimeout>>()
  const doNext = ({ name, everyMs, run }: (typeof chores)[number]) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
        .catch((error: unknown) => log.warn({ chore: name, error: describe(error) }, 'a chore failed; it is tried again'))
        .finally(() => stopped || doNext({ name, everyMs, run }))
    }, everyMs)
    timers.add(timer)
  }
  for (const chore of chores) doNext(chore)
  return () => {
    stopped = true
    for (const timer of timers) clearTimeout(timer)
  }
}
