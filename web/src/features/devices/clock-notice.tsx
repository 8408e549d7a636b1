import { ClockAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { LatestValue } from '@/features/telemetry/queries'
import { useNow } from '@/lib/clock'
import { formatDateTime, formatDuration } from '@/lib/format'
import type { Device } from './queries'

/** A clock that is off by less is nothing to tell of. */
const toleratedMs = 60_000

export const newestOf = (latest: readonly LatestValue[]): number => Math.max(...latest.map(({ at }) => new Date(at).getTime()))

/** Says how far the clock of the device is ahead, while its values are newer than the present: as the reader's clock has it, and the server's when it was last heard of. */
export function ClockNotice({ device, latest }: { device: Device; latest: readonly LatestValue[] }) {
  const { t } = useTranslation()
  const now = useNow()
  const newestMs = newestOf(latest)
  const seenMs = device.last_seen_at ? new Date(device.last_seen_at).getTime() : now
  if (newestMs - Math.max(now, seenMs) < toleratedMs) return null
  const duration = formatDuration(60 * Math.round((newestMs - seenMs) / 60_000))
  return (
    <p role="status" className="bg-medium-soft text-medium flex items-start gap-2 rounded-md px-3 py-2">
      <ClockAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      {t('telemetry.clock_ahead', { duration, at: formatDateTime(newestMs) })}
    </p>
  )
}
