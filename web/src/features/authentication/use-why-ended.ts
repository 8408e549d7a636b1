import { useTranslation } from 'react-i18next'
import { formatDuration } from '@/lib/format'
import { useSession } from '@/lib/session'

/** What a dialog says that signs somebody in again: that another has signed in, or else that the session `ended`, and why where that is known. */
export function useWhyEnded() {
  const { t } = useTranslation()
  const { elsewhere, idleMs, reason } = useSession()
  return (user: { email: string }, ended: string): { title: string; description: string } => {
    if (elsewhere) return { title: t('sign_in.another_title', elsewhere.user), description: t('sign_in.another_description', user) }
    const why = reason === 'idle' && t('sign_in.idle', { time: formatDuration((idleMs ?? 0) / 1000) })
    return { title: t('sign_in.expired_title'), description: [why, ended].filter(Boolean).join(' ') }
  }
}
