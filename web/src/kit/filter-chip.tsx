import { ChevronDown, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import { formatDate } from '@/lib/format'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Menu, MenuCheckboxItem, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from '@/ui/menu'
import { Popover, PopoverContent, PopoverTrigger } from '@/ui/popover'
import { ChoiceList } from './choice-list'
import type { Filter, FilterField, Operator } from './filter-fields'

export const chipClasses = (active: boolean) =>
  classNames(
    'inline-flex h-8 max-w-72 items-center gap-1.5 rounded-md border px-2.5 text-sm transition-colors',
    active
      ? 'border-accent/40 bg-accent-soft text-accent-text font-medium'
      : 'border-border bg-surface text-muted hover:bg-hover hover:text-text border-dashed',
  )

const joint = 'border-accent/40 bg-accent-soft text-accent-text hover:bg-hover h-8 border border-l-0 px-2 text-sm'

type FilterChipProps = {
  field: FilterField
  filter: Filter | null
  /** It was just added: what it asks for is open. */
  defaultOpen?: boolean
  onChange: (filter: Filter | null) => void
  onClose?: () => void
}

/** One field: a dashed button until something is chosen, then field, operator, value and how to take it away. */
export function FilterChip({ field, filter, defaultOpen = false, onChange, onClose }: FilterChipProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(defaultOpen)
  const operator = filter?.operator ?? field.operators[0]!
  const change = (next: boolean) => {
    setOpen(next)
    if (!next) onClose?.()
  }
  const Value = field.useOffer ? SearchedValue : field.options ? ListedValue : TypedValue
  // At one place with or without a filter: what is open stays so while the first value is chosen.
  return (
    <span className="inline-flex max-w-full items-center">
      {filter && (
        <span className="border-accent/40 bg-accent-soft text-accent-text inline-flex h-8 items-center rounded-l-md border px-2.5 text-sm">
          {field.label}
        </span>
      )}
      {filter && <OperatorMenu field={field} operator={operator} onChange={(next) => onChange({ ...filter, operator: next })} />}
      <Value field={field} filter={filter} operator={operator} open={open} onOpenChange={change} onChange={onChange} />
      {filter && (
        <button
          type="button"
          onClick={() => onChange(null)}
          aria-label={t('filter.remove', { label: field.label })}
          className={classNames(joint, 'grid w-7 shrink-0 place-items-center rounded-r-md px-0')}
        >
          <X className="size-3.5" aria-hidden />
        </button>
      )}
    </span>
  )
}

type ValueProps = {
  field: FilterField
  filter: Filter | null
  operator: Operator
  open: boolean
  onOpenChange: (open: boolean) => void
  onChange: (filter: Filter | null) => void
}

/** What a trigger shows: the field until something is chosen, then the value. */
function faceOf({ label }: FilterField, told: string | null) {
  return {
    className: told === null ? chipClasses(false) : classNames(joint, 'inline-flex min-w-0 items-center gap-1.5 font-medium'),
    'aria-label': told === null ? label : `${label}: ${told}`,
    children: (
      <>
        <span className="truncate">{told ?? label}</span>
        <ChevronDown className="size-3.5 shrink-0" aria-hidden />
      </>
    ),
  }
}

function ListedValue({ field, filter, operator, open, onOpenChange, onChange }: ValueProps) {
  const nameOf = (value: string) => field.options?.find((option) => option.value === value)?.label ?? value
  return (
    <Menu open={open} onOpenChange={onOpenChange}>
      <MenuTrigger {...faceOf(field, filter && filter.values.map(nameOf).join(', '))} />
      <Choices field={field} values={filter?.values ?? []} onChange={(values) => onChange({ operator, values })} />
    </Menu>
  )
}

function TypedValue({ field, filter, open, onOpenChange, onChange }: ValueProps) {
  return (
    <Popover open={open} onOpenChange={onOpenChange}>
      <PopoverTrigger {...faceOf(field, filter && told(filter))} />
      <PopoverContent aria-label={field.label}>
        <Typed
          field={field}
          filter={filter}
          onChange={(next) => {
            onChange(next)
            onOpenChange(false)
          }}
        />
      </PopoverContent>
    </Popover>
  )
}

const mostSearched = 50

function SearchedValue({ field, filter, operator, open, onOpenChange, onChange }: ValueProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const { chosen, ...offer } = field.useOffer!(filter?.values ?? [], text)
  const opened = (next: boolean) => {
    setText('')
    onOpenChange(next)
  }
  return (
    <Popover open={open} onOpenChange={opened}>
      <PopoverTrigger {...faceOf(field, filter && chosen.map(({ label }) => label).join(', '))} />
      <PopoverContent className="w-80 p-0" aria-label={field.label}>
        <ChoiceList
          {...offer}
          label={field.label}
          chosen={chosen}
          onText={setText}
          onChange={(values) => onChange(values.length > 0 ? { operator, values } : null)}
          most={field.multiple ? mostSearched : 1}
          nothing={t('palette.nothing')}
        />
      </PopoverContent>
    </Popover>
  )
}

function told({ operator, values: [text = ''] }: Filter): string {
  if (operator !== 'after' && operator !== 'before') return text
  const at = new Date(`${text}T00:00:00`)
  return Number.isNaN(at.getTime()) ? text : formatDate(at.toISOString())
}

function OperatorMenu({ field, operator, onChange }: { field: FilterField; operator: Operator; onChange: (operator: Operator) => void }) {
  const { t } = useTranslation()
  const word = t(`filter.operator.${operator}`)
  // A day and a text are not the same question: only operators that take the same value are offered.
  if (field.operators.length < 2) return <span className={classNames(joint, 'inline-flex items-center')}>{word}</span>
  return (
    <Menu>
      <MenuTrigger className={classNames(joint, 'shrink-0')} aria-label={t('filter.operator_of', { label: field.label, operator: word })}>
        {word}
      </MenuTrigger>
      <MenuContent align="start" className="min-w-32">
        <MenuRadioGroup value={operator} onValueChange={(value) => onChange(value as Operator)}>
          {field.operators.map((other) => (
            <MenuRadioItem key={other} value={other}>
              {t(`filter.operator.${other}`)}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  )
}

function Choices({
  field,
  values,
  onChange,
}: {
  field: FilterField
  values: readonly string[]
  onChange: (values: string[]) => void
}): ReactNode {
  const toggle = (value: string, checked: boolean) => {
    if (!checked) return onChange(values.filter((other) => other !== value))
    onChange(field.multiple ? [...values, value] : [value])
  }
  return (
    <MenuContent align="start">
      {field.options?.map((option) => (
        <MenuCheckboxItem
          key={option.value}
          checked={values.includes(option.value)}
          onCheckedChange={(checked) => toggle(option.value, checked)}
          onSelect={(event) => {
            if (field.multiple) event.preventDefault()
          }}
        >
          {option.depth ? <span aria-hidden>{'\u2003'.repeat(option.depth)}</span> : null}
          <span className="flex-1">{option.label}</span>
          {option.hint && <span className="text-muted pl-4 text-xs tabular-nums">{option.hint}</span>}
        </MenuCheckboxItem>
      ))}
    </MenuContent>
  )
}

function Typed({ field, filter, onChange }: { field: FilterField; filter: Filter | null; onChange: (filter: Filter | null) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(filter?.values[0] ?? '')
  const [operator, setOperator] = useState<Operator>(filter?.operator ?? field.operators[0]!)
  const isDay = operator === 'after' || operator === 'before'
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault()
        onChange(text.trim() ? { operator, values: [text.trim()] } : null)
      }}
    >
      {field.operators.length > 1 && (
        <div role="group" aria-label={field.label} className="flex gap-1">
          {field.operators.map((other) => (
            <Button
              key={other}
              size="small"
              variant={other === operator ? 'primary' : 'secondary'}
              aria-pressed={other === operator}
              onClick={() => setOperator(other)}
            >
              {t(`filter.operator.${other}`)}
            </Button>
          ))}
        </div>
      )}
      <Input
        autoFocus
        type={isDay ? 'date' : 'text'}
        aria-label={`${field.label} ${t(`filter.operator.${operator}`)}`}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" size="small" variant="primary" className="w-full">
        {t('filter.apply')}
      </Button>
    </form>
  )
}
