import { CircleCheck, CircleDot, CircleSlash } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Status } from '@/kit/status'
import type { Alert } from './queries'

const looks = {
  open: { tone: 'high', icon: CircleDot },
  acknowledged: { tone: 'positive', icon: CircleCheck },
  closed: { tone: 'neutral', icon: CircleSlash },
} as const

export function AlertStatus({ value }: { value: Alert['status'] }) {
  const { t } = useTranslation()
  return <Status {...looks[value]}>{t(`alerts.status.${value}`)}</Status>
}
