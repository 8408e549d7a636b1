import type { ComponentProps, ReactNode } from 'react'
import { classNames } from '@/lib/class-names'

export function Card({ className, ...rest }: ComponentProps<'section'>) {
  return <section className={classNames('border-border bg-surface shadow-raised min-w-0 rounded-lg border', className)} {...rest} />
}

export function CardHeader({
  title,
  description,
  children,
  id,
}: {
  title: ReactNode
  description?: ReactNode
  children?: ReactNode
  id?: string
}) {
  return (
    <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1">
        <h2 id={id} className="text-sm font-semibold">
          {title}
        </h2>
        {description && <p className="text-muted text-xs">{description}</p>}
      </div>
      {children}
    </header>
  )
}
