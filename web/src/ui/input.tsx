import type { ComponentProps } from 'react'
import { classNames } from '@/lib/class-names'

export const inputClasses =
  'border-strong/70 bg-surface placeholder:text-muted/85 aria-invalid:border-critical h-8 w-full rounded-md border px-2.5 text-sm transition-colors hover:border-strong focus-visible:border-ring disabled:bg-sunken disabled:text-muted [&[readonly]]:bg-sunken'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={classNames(inputClasses, className)} {...rest} />
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={classNames(inputClasses, 'h-auto min-h-18 py-1.5', className)} {...rest} />
}
