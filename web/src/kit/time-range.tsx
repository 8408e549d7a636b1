import { useTranslation } from 'react-i18next'
import { Segments } from '@/ui/segments'

export const timeRanges = ['15m', '1h', '6h', '24h', '7d'] as const
export type TimeRange = (typeof timeRanges)[number]

export const rangeMs: Record<TimeRange, number> = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
}

export function TimeRangePicker({ value, onChange }: { value: TimeRange; onChange: (value: TimeRange) => void }) {
  const { t } = useTranslation()
  return (
    <Segments
      label={t('range.label')}
      value={value}
      onChange={onChange}
      options={timeRanges.map((range) => ({ value: range, label: range, name: t(`range.${range}`) }))}
    />
  )
}
