import { Command } from 'cmdk'
import { Check, ChevronDown, type LucideIcon } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Popover, PopoverContent, PopoverTrigger } from '@/ui/popover'
import type { Option } from '@/ui/select'
import { chipClasses } from './filter-chip'

type ChoiceProps = {
  label: string
  icon: LucideIcon
  chosen: readonly Option[]
  options: readonly Option[]
  onChange: (values: string[]) => void
  /** Given where the server searches. */
  onText?: (text: string) => void
  /** The text that the options answer: what the server found stays, though its name may not have the text in it. */
  answered?: string
  /** How many may be chosen; with one, another takes its place. */
  most: number
  nothing: string
  busy?: boolean
}

/** A button that tells what is chosen and opens a list that is typed into. What is chosen stands first. */
export function Choice({ label, icon: Icon, chosen, options, onChange, onText, answered, most, nothing, busy }: ChoiceProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [first, setFirst] = useState<readonly Option[]>([])
  const [text, setText] = useState('')
  const [marked, setMarked] = useState('')
  const values = chosen.map(({ value }) => value)
  const type = (next: string) => {
    setText(next)
    onText?.(next)
  }
  const opened = (next: boolean) => {
    setOpen(next)
    // The order stays while one chooses.
    if (next) setFirst(chosen)
    else type('')
  }
  const toggle = (value: string) => {
    if (values.includes(value)) return onChange(values.filter((other) => other !== value))
    onChange(most === 1 ? [value] : [...values, value].slice(-most))
    if (most === 1) opened(false)
  }
  const rest = options.filter(({ value }) => !first.some((option) => option.value === value))
  const matching = (some: readonly Option[]) => some.filter((option) => option.label.toLowerCase().includes(text.trim().toLowerCase()))
  const shown = [...matching(first), ...(answered === text.trim() ? rest : matching(rest))]
  // Enter takes what is seen to be marked, whatever the server has just answered.
  const highlighted = shown.some(({ value }) => value === marked) ? marked : (shown[0]?.value ?? '')
  const take = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (highlighted) toggle(highlighted)
  }
  const said = chosen.map((option) => option.label)
  const summary = said.length > 2 ? `${said[0]} +${said.length - 1}` : said.join(', ')
  return (
    <Popover open={open} onOpenChange={opened}>
      <PopoverTrigger className={chipClasses(chosen.length > 0)}>
        <Icon className="size-3.5 shrink-0" aria-hidden />
        <span className="truncate">
          {summary && <span className="sr-only">{label}: </span>}
          {summary || label}
        </span>
        <ChevronDown className="size-3.5 shrink-0" aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-80 p-0" aria-label={label}>
        <Command label={label} loop shouldFilter={false} value={highlighted} onValueChange={setMarked} onKeyDown={take}>
          <Command.Input
            autoFocus
            placeholder={t('choice.search')}
            value={text}
            onValueChange={type}
            className="border-border placeholder:text-muted h-9 w-full border-b bg-transparent px-3 outline-none"
          />
          <Command.List className="thin-scrollbar max-h-72 overflow-y-auto p-1" aria-busy={busy}>
            <Command.Empty className="text-muted px-3 py-6 text-center">{busy ? t('table.loading') : nothing}</Command.Empty>
            {shown.map((option) => (
              <Command.Item
                key={option.value}
                value={option.value}
                onSelect={() => toggle(option.value)}
                aria-checked={values.includes(option.value)}
                className="data-[selected=true]:bg-hover flex h-8 cursor-pointer items-center gap-2 rounded-md px-2"
              >
                <Check
                  className={values.includes(option.value) ? 'text-accent-text size-4 shrink-0' : 'invisible size-4 shrink-0'}
                  aria-hidden
                />
                {option.depth ? <span aria-hidden style={{ width: option.depth * 12 }} /> : null}
                <span className="min-w-0 flex-1 truncate">{option.label}</span>
                {option.hint && <span className="text-muted max-w-32 truncate text-xs">{option.hint}</span>}
              </Command.Item>
            ))}
          </Command.List>
          {most > 1 && (
            <p className="text-muted border-border flex min-h-8 items-center justify-between border-t px-3 text-xs">
              {t('choice.chosen', { count: chosen.length })}
              {chosen.length > 0 && (
                <button type="button" className="hover:text-text rounded-sm hover:underline" onClick={() => onChange([])}>
                  {t('choice.none')}
                </button>
              )}
            </p>
          )}
        </Command>
      </PopoverContent>
    </Popover>
  )
}
