import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

type BannerProps = {
  icon: LucideIcon
  text: string
  /** What changes each second, and is not read out. */
  aside?: string
  children?: ReactNode
}

/** Above every page: what concerns all of them. */
export function Banner({ icon: Icon, text, aside, children }: BannerProps) {
  return (
    <p className="bg-medium-soft text-medium flex min-h-9 flex-wrap items-center justify-center gap-x-2 px-4 py-1 font-medium max-sm:justify-start">
      <span className="flex items-start gap-2">
        <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
        {text}
      </span>
      {aside && (
        <span aria-hidden className="max-sm:pl-6">
          {aside}
        </span>
      )}
      {children}
    </p>
  )
}
