import { ChevronDown, type LucideIcon } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { Popover, PopoverContent, PopoverTrigger } from '@/ui/popover'
import { ChoiceList } from './choice-list'
import { chipClasses } from './filter-chip'

type ChoiceProps = ComponentProps<typeof ChoiceList> & { icon: LucideIcon }

/** A button that tells what is chosen and opens a list that is typed into. */
export function Choice({ icon: Icon, ...list }: ChoiceProps) {
  const { label, chosen, onChange, onText, most } = list
  const [open, setOpen] = useState(false)
  const opened = (next: boolean) => {
    setOpen(next)
    if (!next) onText?.('')
  }
  const change = (values: string[]) => {
    onChange(values)
    if (most === 1 && values.length > 0) opened(false)
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
        <ChoiceList {...list} onChange={change} />
      </PopoverContent>
    </Popover>
  )
}
