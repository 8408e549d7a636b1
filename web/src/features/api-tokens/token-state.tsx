import { Ban, CircleCheck, Hourglass } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Status } from '@/kit/status'
import { useNow } from '@/lib/clock'
import type { ApiToken } from './queries'

export function TokenState({ token }: { token: ApiToken }) {
  const { t } = useTranslation()
  const now = useNow()
  if (token.revoked_at) {
    return (
      <Status tone="neutral" icon={Ban}>
        {t('settings.api_tokens.is_revoked')}
      </Status>
    )
  }
  if (Date.parse(token.expires_at) <= now) {
    return (
      <Status tone="medium" icon={Hourglass}>
        {t('settings.api_tokens.is_expired')}
      </Status>
    )
  }
  return (
    <Status tone="positive" icon={CircleCheck}>
      {t('settings.api_tokens.is_valid')}
    </Status>
  )
}
