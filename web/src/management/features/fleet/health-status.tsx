import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Status } from '@/kit/status'
import type { Health, Usage } from './queries'

export const healths = ['ok', 'attention', 'problem'] as const satisfies readonly Health[]

const looks = {
  ok: { tone: 'positive', icon: CircleCheck },
  attention: { tone: 'medium', icon: TriangleAlert },
  problem: { tone: 'critical', icon: CircleAlert },
} as const

/** With its first reason beside it, and all of them where one points at it. */
export function HealthStatus({ usage, wraps }: { usage: Usage; wraps?: boolean }) {
  const { t } = useTranslation()
  const reasons = usage.reasons.map((reason) => t(`management.fleet.reason.${reason}`))
  const [first, ...others] = reasons
  return (
    <span title={reasons.join('\n') || undefined}>
      <Status {...looks[usage.health]} wraps={wraps}>
        {first ?? t(`management.fleet.health.${usage.health}`)}
        {others.length > 0 && <span className="text-muted">+{others.length}</span>}
      </Status>
      {others.length > 0 && <span className="sr-only">{others.join(', ')}</span>}
    </span>
  )
}
