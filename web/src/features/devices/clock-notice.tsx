import { ClockAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useNow } from '@/lib/clock'
import { formatDateTime, formatDuration } from '@/lib/format'
import { Notice } from '@/ui/notice'
import type { Device } from './queries'

/** A clock that is off by less is nothing to tell of. */
const toleratedMs = 60_000

/** Says how far the clock of the device is ahead, while its values are newer than the present: as the reader's clock has it, and the server's when it was last heard of. */
export function ClockNotice({ device, newestMs }: { device: Device; newestMs: number }) {
  const { t } = useTranslation()
  const now = useNow()
  const seenMs = device.last_seen_at ? new Date(device.last_seen_at).getTime() : now
  if (newestMs - Math.max(now, seenMs) < toleratedMs) return null
  const duration = formatDuration(60 * Math.round((newestMs - seenMs) / 60_000))
  return <Notice icon={ClockAlert}>{t('telemetry.clock_ahead', { duration, at: formatDateTime(newestMs) })}</Notice>
}
