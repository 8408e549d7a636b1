import { Ban, CircleCheck, CircleDashed, Clock, Hourglass, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Status } from '@/kit/status'
import type { TenantState } from './queries'

export const tenantStates = ['pending', 'active', 'grace', 'suspended', 'offboarding', 'deleted'] as const satisfies readonly TenantState[]

const looks = {
  pending: { tone: 'accent', icon: CircleDashed },
  active: { tone: 'positive', icon: CircleCheck },
  grace: { tone: 'medium', icon: Clock },
  suspended: { tone: 'critical', icon: Ban },
  offboarding: { tone: 'high', icon: Hourglass },
  deleted: { tone: 'neutral', icon: Trash2 },
} as const

export function TenantStatus({ state }: { state: TenantState }) {
  const { t } = useTranslation()
  return <Status {...looks[state]}>{t(`management.tenants.state.${state}`)}</Status>
}
