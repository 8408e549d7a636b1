import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from '@/lib/class-names'
import type { Tone } from '@/ui/badge'

const colours: Record<Tone, string> = {
  neutral: 'text-muted',
  accent: 'text-accent-text',
  positive: 'text-positive',
  critical: 'text-critical',
  high: 'text-high',
  medium: 'text-medium',
  low: 'text-low',
}

/** A state as an icon with its word; the colour only repeats it. */
export function Status({
  tone,
  icon: Icon,
  children,
  spinning,
  wraps,
}: {
  tone: Tone
  icon: LucideIcon
  children: ReactNode
  spinning?: boolean
  /** For a sentence in a narrow place. */
  wraps?: boolean
}) {
  return (
    <span className={classNames('inline-flex items-center gap-1.5 align-bottom', !wraps && 'whitespace-nowrap')}>
      <Icon className={classNames('size-3.5 shrink-0', colours[tone], spinning && 'animate-spin')} aria-hidden />
      {children}
    </span>
  )
}
