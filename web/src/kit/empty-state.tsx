import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** Says why there is nothing, and has the one button that changes it. */
export function EmptyState({
  icon: Icon,
  title,
  description,
  children,
}: {
  icon: LucideIcon
  title: string
  description?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center justify-center gap-1 px-6 py-14 text-center">
      <span className="bg-sunken text-muted border-border mb-3 grid size-11 place-items-center rounded-xl border">
        <Icon className="size-5" aria-hidden />
      </span>
      <p className="text-base font-medium">{title}</p>
      {description && <p className="text-muted max-w-md text-pretty">{description}</p>}
      {children && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  )
}
