import { ChevronDown, Search, X } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { KeyboardKey } from '@/ui/keyboard-key'
import { Menu, MenuCheckboxItem, MenuContent, MenuTrigger } from '@/ui/menu'
import type { Option } from '@/ui/select'

export function FilterBar({ children, active, onClear }: { children: ReactNode; active: boolean; onClear: () => void }) {
  const { t } = useTranslation()
  return (
    <div role="search" className="flex flex-wrap items-center gap-2">
      {children}
      {active && (
        <Button variant="quiet" size="small" onClick={onClear}>
          {t('filter.clear')}
        </Button>
      )}
    </div>
  )
}

const settleMs = 250

/** Writes what was typed into the URL once the typing rests. `/` brings the focus here. */
export function SearchFilter({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState({ from: value, text: value })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // The URL changed without us, by "clear filters" or the back button: what it says wins.
  if (draft.from !== value) setDraft({ from: value, text: value })
  const commit = (text: string) => {
    clearTimeout(timer.current)
    setDraft({ from: text.trim(), text })
    onChange(text.trim())
  }
  const type = (text: string) => {
    setDraft({ from: value, text })
    clearTimeout(timer.current)
    timer.current = setTimeout(() => commit(text), settleMs)
  }
  return (
    <div className="relative w-full sm:w-64">
      <Search className="text-muted pointer-events-none absolute top-2 left-2.5 size-4" aria-hidden />
      <Input
        data-search
        value={draft.text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit(draft.text)
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
        placeholder={label}
        aria-label={label}
        className="peer pr-8 pl-8"
        maxLength={200}
      />
      {draft.text ? (
        <button
          type="button"
          onClick={() => commit('')}
          aria-label={t('filter.clear_search')}
          className="text-muted hover:text-text absolute top-1 right-1 grid size-6 place-items-center rounded"
        >
          <X className="size-3.5" aria-hidden />
        </button>
      ) : (
        <span className="pointer-events-none absolute top-1.5 right-1.5 peer-focus:hidden max-sm:hidden" aria-hidden>
          <KeyboardKey>/</KeyboardKey>
        </span>
      )}
    </div>
  )
}

type ChipProps<Value extends string> = {
  label: string
  options: readonly (Option<Value> & { icon?: ReactNode })[]
  values: readonly Value[]
  onChange: (values: Value[]) => void
  multiple?: boolean
}

export const chipClasses = (active: boolean) =>
  classNames(
    'inline-flex h-8 max-w-72 items-center gap-1.5 rounded-md border px-2.5 text-sm transition-colors',
    active
      ? 'border-accent/40 bg-accent-soft text-accent-text font-medium'
      : 'border-border bg-surface text-muted hover:bg-hover hover:text-text border-dashed',
  )

export function FilterChip<Value extends string>({ label, options, values, onChange, multiple = false }: ChipProps<Value>) {
  const { t } = useTranslation()
  const chosen = options.filter((option) => values.includes(option.value))
  const toggle = (value: Value, checked: boolean) => {
    if (!checked) return onChange(values.filter((other) => other !== value))
    onChange(multiple ? [...values, value] : [value])
  }
  return (
    <span className="inline-flex max-w-full">
      <Menu>
        <MenuTrigger className={classNames(chipClasses(chosen.length > 0), chosen.length > 0 && 'rounded-r-none border-r-0')}>
          <span className="truncate">
            {label}
            {chosen.length > 0 && `: ${chosen.map((option) => option.label).join(', ')}`}
          </span>
          <ChevronDown className="size-3.5 shrink-0" aria-hidden />
        </MenuTrigger>
        <MenuContent align="start">
          {options.map((option) => (
            <MenuCheckboxItem
              key={option.value}
              checked={values.includes(option.value)}
              onCheckedChange={(checked) => toggle(option.value, checked)}
              onSelect={(event) => {
                if (multiple) event.preventDefault()
              }}
            >
              {option.depth ? <span aria-hidden>{'\u2003'.repeat(option.depth)}</span> : null}
              {option.icon}
              {option.label}
            </MenuCheckboxItem>
          ))}
        </MenuContent>
      </Menu>
      {chosen.length > 0 && (
        <button
          type="button"
          onClick={() => onChange([])}
          aria-label={t('filter.remove', { label })}
          className="border-accent/40 bg-accent-soft text-accent-text hover:bg-hover grid h-8 w-7 place-items-center rounded-r-md border border-l-0"
        >
          <X className="size-3.5" aria-hidden />
        </button>
      )}
    </span>
  )
}
