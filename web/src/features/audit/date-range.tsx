import { CalendarRange } from 'lucide-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { chipClasses } from '@/kit/filter-chip'
import { formatDate } from '@/lib/format'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Popover, PopoverContent, PopoverTrigger } from '@/ui/popover'

/** Days are the reader's: they begin and end at the reader's midnight. */
export function startOfDay(day: string | null): string | undefined {
  const at = day ? new Date(`${day}T00:00:00`) : null
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined
}

export function endOfDay(day: string | null): string | undefined {
  const at = day ? new Date(`${day}T23:59:59.999`) : null
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined
}

type Range = { from: string | null; to: string | null }

export function DateRange({ from, to, onChange }: Range & { onChange: (range: Range) => void }) {
  const { t } = useTranslation()
  const id = useId()
  const show = (day: string | null) => (startOfDay(day) ? formatDate(`${day}T00:00:00`) : '…')
  const active = from !== null || to !== null
  return (
    <Popover>
      <PopoverTrigger className={chipClasses(active)}>
        <CalendarRange className="size-3.5" aria-hidden />
        {active ? `${show(from)} – ${show(to)}` : t('date_range.label')}
      </PopoverTrigger>
      <PopoverContent className="space-y-3" aria-label={t('date_range.label')}>
        <div className="space-y-1">
          <label htmlFor={`${id}-from`} className="font-medium">
            {t('date_range.from')}
          </label>
          <Input
            id={`${id}-from`}
            type="date"
            value={from ?? ''}
            max={to ?? undefined}
            onChange={(event) => onChange({ from: event.target.value || null, to })}
          />
        </div>
        <div className="space-y-1">
          <label htmlFor={`${id}-to`} className="font-medium">
            {t('date_range.to')}
          </label>
          <Input
            id={`${id}-to`}
            type="date"
            value={to ?? ''}
            min={from ?? undefined}
            onChange={(event) => onChange({ from, to: event.target.value || null })}
          />
        </div>
        {active && (
          <Button size="small" onClick={() => onChange({ from: null, to: null })}>
            {t('date_range.clear')}
          </Button>
        )}
      </PopoverContent>
    </Popover>
  )
}
