import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from '@/lib/class-names'

type Props = { icon: LucideIcon; role?: 'status' | 'alert'; className?: string; children: ReactNode }

/** Set apart, behind a picture: what is not as one would think. */
export function Notice({ icon: Icon, role = 'status', className, children }: Props) {
  return (
    <p role={role} className={classNames('bg-medium-soft text-medium flex items-start gap-2 rounded-md px-3 py-2', className)}>
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
      {children}
    </p>
  )
}
