import { cva, type VariantProps } from 'class-variance-authority'
import { LoaderCircle } from 'lucide-react'
import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { classNames } from '@/lib/class-names'

const button = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:opacity-55 aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-accent text-accent-contrast hover:not-disabled:bg-accent-hover shadow-raised',
        secondary: 'border-border bg-surface hover:not-disabled:bg-hover border shadow-raised',
        quiet: 'text-muted hover:not-disabled:bg-hover hover:not-disabled:text-text data-[state=open]:bg-hover data-[state=open]:text-text',
        danger: 'border-critical/50 bg-surface text-critical hover:not-disabled:bg-critical-soft border',
        dangerSolid: 'bg-critical text-background hover:not-disabled:bg-critical-hover',
        link: 'text-accent-text h-auto! px-0! underline-offset-2 hover:not-disabled:underline',
      },
      size: { small: 'h-7 px-2.5 text-xs', medium: 'h-8 px-3 text-sm', large: 'h-10 px-4 text-base', icon: 'size-8', iconSmall: 'size-7' },
    },
    defaultVariants: { variant: 'secondary', size: 'medium' },
  },
)

type ButtonProps = ComponentProps<'button'> & VariantProps<typeof button> & { asChild?: boolean; busy?: boolean }

export function Button({ className, variant, size, asChild, busy, disabled, children, type = 'button', ...rest }: ButtonProps) {
  const classes = classNames(button({ variant, size }), className)
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    )
  }
  return (
    <button type={type} className={classes} disabled={disabled || busy} aria-busy={busy || undefined} {...rest}>
      {busy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  )
}
