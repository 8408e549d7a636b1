import { CircleAlert, Hourglass } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Status } from '@/kit/status'
import type { Rejected } from './queries'

export function ReplayState({ record }: { record: Rejected }) {
  const { t } = useTranslation()
  if (record.replay_requested_at && record.replayable) {
    return (
      <Status tone="medium" icon={Hourglass}>
        {t('settings.rejected.is_waiting')}
      </Status>
    )
  }
  return (
    <Status tone="neutral" icon={CircleAlert}>
      {record.replayed_at ? t('settings.rejected.is_refused_again') : t('settings.rejected.is_refused')}
    </Status>
  )
}
