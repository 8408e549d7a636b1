import { CircleCheck, CircleDashed, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Status } from '@/kit/status'
import type { Device } from './queries'

/** How a status looks beside its word. */
export const deviceLooks = {
  online: { tone: 'positive', icon: CircleCheck },
  offline: { tone: 'critical', icon: CircleX },
  never: { tone: 'neutral', icon: CircleDashed },
} as const

export function DeviceStatus({ value }: { value: Device['status'] }) {
  const { t } = useTranslation()
  return <Status {...deviceLooks[value]}>{t(`devices.status.${value}`)}</Status>
}
