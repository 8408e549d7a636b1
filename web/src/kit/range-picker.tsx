import { ChevronLeft, ChevronRight, Clock, ZoomOut } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDayAndTime, timeZone } from '@/lib/format'
import { isZone, momentOf, wallTime } from '@/lib/zone'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Popover, PopoverContent, PopoverTrigger } from '@/ui/popover'
import { type Range, lastRanges, lengthMs, sayLast, shifted, spanOf, wider } from './range'

type RangePickerProps = { value: Range; onChange: (range: Range) => void }

/** A stretch of time: the last hours or days, or from one moment to another on the clock of a zone; and steps to either side. */
export function RangePicker({ value, onChange }: RangePickerProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const zone = value.zone ?? timeZone
  const change = (range: Range) => {
    setOpen(false)
    onChange(range)
  }
  const said =
    value.last === undefined ? `${formatDayAndTime(value.fromMs, zone)} – ${formatDayAndTime(value.toMs, zone)}` : sayLast(t, value.last)
  return (
    <div role="group" aria-label={t('range.label')} className="inline-flex items-center gap-0.5">
      <Button
        variant="quiet"
        size="icon"
        aria-label={t('range.earlier')}
        title={t('range.earlier')}
        onClick={() => onChange(shifted(value, -0.5))}
      >
        <ChevronLeft aria-hidden />
      </Button>
      <Popover open={open} onOpenChange={setOpen}>
        <PopoverTrigger asChild>
          <Button>
            <Clock aria-hidden />
            <span className="tabular-nums">
              <span className="sr-only">{t('range.label')}: </span>
              {said}
            </span>
            {value.zone && <span className="text-muted text-xs font-normal max-sm:hidden">{value.zone}</span>}
          </Button>
        </PopoverTrigger>
        <PopoverContent align="end" aria-label={t('range.label')} className="grid w-auto gap-4 sm:grid-cols-[9.5rem_15rem]">
          <ul className="grid grid-cols-2 gap-0.5 self-start sm:grid-cols-1">
            {lastRanges.map((last) => (
              <li key={last}>
                <button
                  type="button"
                  aria-pressed={value.last === last}
                  onClick={() => change({ last, zone: value.zone })}
                  className="hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-accent-text h-7 w-full rounded-md px-2 text-left aria-pressed:font-medium"
                >
                  {sayLast(t, last)}
                </button>
              </li>
            ))}
          </ul>
          <Between value={value} onChange={change} />
        </PopoverContent>
      </Popover>
      <Button
        variant="quiet"
        size="icon"
        aria-label={t('range.later')}
        title={t('range.later')}
        onClick={() => onChange(shifted(value, 0.5))}
      >
        <ChevronRight aria-hidden />
      </Button>
      <Button variant="quiet" size="icon" aria-label={t('range.wider')} title={t('range.wider')} onClick={() => onChange(wider(value))}>
        <ZoomOut aria-hidden />
      </Button>
    </div>
  )
}

function Between({ value, onChange }: RangePickerProps) {
  const { t } = useTranslation()
  const id = useId()
  const [shown] = useState(() => spanOf(value))
  const [zone, setZone] = useState(value.zone ?? timeZone)
  const known = isZone(zone) ? zone : timeZone
  const [from, setFrom] = useState(() => wallTime(shown.fromMs, known))
  const [to, setTo] = useState(() => wallTime(shown.toMs, known))
  const [refused, setRefused] = useState<'zone' | 'order' | null>(null)
  const apply = (event: FormEvent) => {
    event.preventDefault()
    if (!isZone(zone)) return setRefused('zone')
    const fromMs = momentOf(from, zone)
    const toMs = momentOf(to, zone)
    if (fromMs === null || toMs === null || fromMs >= toMs) return setRefused('order')
    onChange({ fromMs, toMs, zone: zone === timeZone ? undefined : zone })
  }
  return (
    <form className="space-y-2.5" onSubmit={apply} noValidate>
      <Field id={`${id}-from`} label={t('range.from')}>
        <Input
          id={`${id}-from`}
          type="datetime-local"
          value={from}
          aria-invalid={refused === 'order'}
          onChange={(event) => setFrom(event.target.value)}
        />
      </Field>
      <Field id={`${id}-to`} label={t('range.to')}>
        <Input
          id={`${id}-to`}
          type="datetime-local"
          value={to}
          aria-invalid={refused === 'order'}
          aria-describedby={refused ? `${id}-refused` : undefined}
          onChange={(event) => setTo(event.target.value)}
        />
      </Field>
      <Field id={`${id}-zone`} label={t('range.zone')}>
        <Input
          id={`${id}-zone`}
          list={`${id}-zones`}
          value={zone}
          aria-invalid={refused === 'zone'}
          onChange={(event) => setZone(event.target.value)}
        />
        <datalist id={`${id}-zones`}>
          {[timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </Field>
      {refused && (
        <p id={`${id}-refused`} role="alert" className="text-critical text-xs">
          {t(`range.refused.${refused}`)}
        </p>
      )}
      <Button type="submit" variant="primary" size="small" className="w-full">
        {t('filter.apply')}
      </Button>
      {lengthMs(value) > 0 && value.zone && (
        <Button size="small" variant="quiet" className="w-full" onClick={() => onChange({ ...value, zone: undefined })}>
          {t('range.own_zone', { zone: timeZone })}
        </Button>
      )}
    </form>
  )
}

function Field({ id, label, children }: { id: string; label: string; children: React.ReactNode }) {
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="text-muted text-xs font-medium">
        {label}
      </label>
      {children}
    </div>
  )
}
