import { Check, Minus } from 'lucide-react'
import { Checkbox as Primitive } from 'radix-ui'
import type { ComponentProps } from 'react'
import { classNames } from '@/lib/class-names'

export const checkboxClasses =
  'border-strong bg-surface data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent text-accent-contrast grid size-4 shrink-0 place-items-center rounded border disabled:opacity-50'

export function Checkbox({ className, checked, ...rest }: ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root checked={checked} className={classNames(checkboxClasses, className)} {...rest}>
      <Primitive.Indicator>
        {checked === 'indeterminate' ? <Minus className="size-3" aria-hidden /> : <Check className="size-3" strokeWidth={3} aria-hidden />}
      </Primitive.Indicator>
    </Primitive.Root>
  )
}
