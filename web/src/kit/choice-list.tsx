import { Command } from 'cmdk'
import { Check } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { hasWords } from '@/lib/words'
import type { Option } from '@/ui/select'

/** What there is to choose from. */
export type Offer = {
  options: readonly Option[]
  /** The text that the options answer: what the server found stays, though its name may not have the text in it. */
  answered?: string
  /** Given where the server has more of them. */
  onMore?: () => void
  busy?: boolean
}

type ChoiceListProps = Offer & {
  label: string
  chosen: readonly Option[]
  onChange: (values: string[]) => void
  /** Given where the server searches. */
  onText?: (text: string) => void
  /** How many may be chosen; with one, another takes its place. */
  most: number
  nothing: string
}

/** A list that is typed into. What is chosen stands first, and the order stays while one chooses. */
export function ChoiceList({ label, chosen, options, onChange, onText, answered, onMore, most, nothing, busy }: ChoiceListProps) {
  const { t } = useTranslation()
  const [first] = useState(chosen)
  const [text, setText] = useState('')
  const [marked, setMarked] = useState('')
  const values = chosen.map(({ value }) => value)
  const type = (next: string) => {
    setText(next)
    onText?.(next)
  }
  const toggle = (value: string) => {
    if (values.includes(value)) return onChange(values.filter((other) => other !== value))
    onChange(most === 1 ? [value] : [...values, value].slice(-most))
  }
  const rest = options.filter(({ value }) => !first.some((option) => option.value === value))
  const matching = (some: readonly Option[]) => some.filter((option) => hasWords(option.label, text))
  const shown = [...matching(first), ...(answered === text.trim() ? rest : matching(rest))]
  // Enter takes what is seen to be marked, whatever the server has just answered.
  const highlighted = marked === more || shown.some(({ value }) => value === marked) ? marked : (shown[0]?.value ?? '')
  const take = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (highlighted === more) onMore?.()
    else if (highlighted) toggle(highlighted)
  }
  return (
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
            className={itemClasses}
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
        {onMore && (
          <Command.Item value={more} onSelect={onMore} className={`${itemClasses} text-accent-text pl-8`}>
            {t('action.more')}
          </Command.Item>
        )}
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
  )
}

/** No value of an option. */
const more = '\u0000more'
const itemClasses = 'data-[selected=true]:bg-hover flex h-8 cursor-pointer items-center gap-2 rounded-md px-2'
