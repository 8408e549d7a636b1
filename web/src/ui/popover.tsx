import { Popover as Primitive } from 'radix-ui'
import type { ComponentProps } from 'react'
import { classNames } from '@/lib/class-names'
import { floatingClasses } from './menu'

export const Popover = Primitive.Root
export const PopoverTrigger = Primitive.Trigger

export function PopoverContent({ className, align = 'start', sideOffset = 4, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        className={classNames(floatingClasses, 'w-72 max-w-[calc(100vw-1.5rem)] p-3 focus:outline-none', className)}
        align={align}
        sideOffset={sideOffset}
        {...rest}
      />
    </Primitive.Portal>
  )
}
