import { useNow } from '@/lib/clock'
import { formatDateTime, formatRelative, timeZone } from '@/lib/format'

const lagMs = 10_000

/** Written when somebody points at it: most are never pointed at, and a list is full of them. */
const exact = (at: string) => `${formatDateTime(at)} (${timeZone})\n${at}`

/** "3 min. ago" in the reader's words; the exact time in the reader's zone and in UTC on hover. */
export function RelativeTime({ at, none = '—' }: { at: string | null; none?: string }) {
  const now = useNow()
  if (!at) return <span className="text-muted">{none}</span>
  const atMs = Date.parse(at)
  // Our clock moves in steps and may lag the server's a little: what just happened is "now", not "in 3 seconds".
  const reference = atMs > now && atMs - now < lagMs ? atMs : now
  return (
    <time dateTime={at} onPointerEnter={(event) => (event.currentTarget.title = exact(at))} className="whitespace-nowrap">
      {formatRelative(at, reference)}
    </time>
  )
}
