import { Check } from 'lucide-react'
import { DropdownMenu as Primitive } from 'radix-ui'
import type { ComponentProps } from 'react'
import { classNames } from '@/lib/class-names'

export const Menu = Primitive.Root
export const MenuTrigger = Primitive.Trigger
export const MenuRadioGroup = Primitive.RadioGroup

export const floatingClasses =
  'border-border bg-surface shadow-floating data-[state=open]:animate-rise-in z-50 rounded-lg border p-1 text-sm'
const itemClasses =
  'data-highlighted:bg-hover relative flex h-8 cursor-pointer items-center gap-2 rounded-md px-2 outline-none select-none data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0'

export function MenuContent({ className, align = 'end', sideOffset = 4, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        className={classNames(floatingClasses, 'thin-scrollbar max-h-[70vh] min-w-44 overflow-y-auto', className)}
        align={align}
        sideOffset={sideOffset}
        {...rest}
      />
    </Primitive.Portal>
  )
}

export function MenuItem({ className, danger, ...rest }: ComponentProps<typeof Primitive.Item> & { danger?: boolean }) {
  return (
    <Primitive.Item className={classNames(itemClasses, danger && 'text-critical data-highlighted:bg-critical-soft', className)} {...rest} />
  )
}

export function MenuLabel({ className, ...rest }: ComponentProps<typeof Primitive.Label>) {
  return <Primitive.Label className={classNames('text-muted px-2 pt-1.5 pb-1 text-xs font-medium', className)} {...rest} />
}

export function MenuSeparator() {
  return <Primitive.Separator className="bg-border -mx-1 my-1 h-px" />
}

export function MenuCheckboxItem({ children, className, ...rest }: ComponentProps<typeof Primitive.CheckboxItem>) {
  return (
    <Primitive.CheckboxItem className={classNames(itemClasses, 'pl-8', className)} {...rest}>
      <Primitive.ItemIndicator className="absolute left-2">
        <Check aria-hidden />
      </Primitive.ItemIndicator>
      {children}
    </Primitive.CheckboxItem>
  )
}

export function MenuRadioItem({ children, className, ...rest }: ComponentProps<typeof Primitive.RadioItem>) {
  return (
    <Primitive.RadioItem className={classNames(itemClasses, 'pl-8', className)} {...rest}>
      <Primitive.ItemIndicator className="absolute left-2">
        <Check aria-hidden />
      </Primitive.ItemIndicator>
      {children}
    </Primitive.RadioItem>
  )
}
