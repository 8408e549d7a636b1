import { ChevronUp, ChevronsUp, Equal, OctagonAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Badge } from '@/ui/badge'

export const severities = ['critical', 'high', 'medium', 'low'] as const
export type SeverityName = (typeof severities)[number]

export const severityIcons = { critical: OctagonAlert, high: ChevronsUp, medium: ChevronUp, low: Equal }

/** A shape and a word beside the colour; compact, a phone shows the shape alone. */
export function Severity({ value, compact = false }: { value: SeverityName; compact?: boolean }) {
  const { t } = useTranslation()
  const Icon = severityIcons[value]
  return (
    <Badge tone={value}>
      <Icon aria-hidden />
      <span className={compact ? 'max-sm:sr-only' : undefined}>{t(`severity.${value}`)}</span>
    </Badge>
  )
}
