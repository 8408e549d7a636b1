import { ChevronDown } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import { inputClasses } from '@/ui/input'
import { Popover, PopoverContent, PopoverTrigger } from '@/ui/popover'
import { ChoiceList, type Offer } from './choice-list'

type SearchedSelectProps = Omit<ComponentProps<typeof PopoverTrigger>, 'value'> & {
  label: string
  value: string
  /** What stands for the value. */
  text: string
  offer: Offer
  onText: (text: string) => void
  onValueChange: (value: string) => void
  /** Of the choice of none. */
  none: string
}

/** A select of a form whose options are searched by the server. */
export function SearchedSelect(props: SearchedSelectProps) {
  const { label, value, text, offer, onText, onValueChange, none, className, ...rest } = props
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const opened = (next: boolean) => {
    setOpen(next)
    onText('')
  }
  // A list that is typed into has no room for an option without a value.
  const noneOption = { value: 'none', label: none }
  return (
    // Modal: in a dialog nothing else lets its list be scrolled.
    <Popover open={open} onOpenChange={opened} modal>
      <PopoverTrigger className={classNames(inputClasses, 'flex items-center gap-2 text-left', className)} {...rest}>
        <span className="min-w-0 flex-1 truncate">{value ? text : none}</span>
        <ChevronDown className="text-muted size-4 shrink-0" aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-80 p-0" aria-label={label}>
        <ChoiceList
          {...offer}
          label={label}
          chosen={[value ? { value, label: text } : noneOption]}
          options={value && offer.answered === '' ? [noneOption, ...offer.options] : offer.options}
          onText={onText}
          onChange={([chosen]) => {
            if (chosen !== undefined) onValueChange(chosen === noneOption.value ? '' : chosen)
            opened(false)
          }}
          most={1}
          nothing={t('palette.nothing')}
        />
      </PopoverContent>
    </Popover>
  )
}
