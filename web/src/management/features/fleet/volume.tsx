import { useTranslation } from 'react-i18next'
import { Sparkline } from '@/kit/sparkline'
import { formatNumber } from '@/lib/format'
import type { FleetMember } from './queries'

type VolumeProps = { days: FleetMember['days']; width?: number; height?: number }

/** The values of 30 days, a bar a day. */
export function Volume({ days, ...size }: VolumeProps) {
  const { t } = useTranslation()
  const values = days.map((day) => day.values)
  const sum = values.reduce((total, value) => total + value, 0)
  const label = t('management.fleet.volume', { sum: formatNumber(sum), today: formatNumber(values.at(-1) ?? 0) })
  return <Sparkline values={values} label={label} {...size} />
}
