import { ToggleGroup } from 'radix-ui'
import { useTranslation } from 'react-i18next'

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
  const choose = (chosen: string) => {
    const range = timeRanges.find((candidate) => candidate === chosen)
    if (range) onChange(range)
  }
  return (
    <ToggleGroup.Root
      type="single"
      value={value}
      onValueChange={choose}
      aria-label={t('range.label')}
      className="border-border bg-surface shadow-raised inline-flex rounded-md border p-0.5"
    >
      {timeRanges.map((range) => (
        <ToggleGroup.Item
          key={range}
          value={range}
          aria-label={t(`range.${range}`)}
          className="text-muted hover:text-text data-[state=on]:bg-accent-soft data-[state=on]:text-accent-text h-6.5 rounded px-2 text-xs font-medium"
        >
          {range}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
