import { Check } from 'lucide-react'
import { checkboxClasses } from './checkbox'

/** The checkbox of a row: its table hears the press, so it is nothing but what it looks like, however many rows there are. */
export function RowCheckbox({ label, checked }: { label: string; checked: boolean }) {
  return (
    <button
      type="button"
      role="checkbox"
      data-select
      tabIndex={-1}
      aria-label={label}
      aria-checked={checked}
      data-state={checked ? 'checked' : 'unchecked'}
      className={checkboxClasses}
    >
      {checked && <Check className="size-3" strokeWidth={3} aria-hidden />}
    </button>
  )
}
