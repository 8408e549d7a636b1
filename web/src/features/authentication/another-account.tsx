import { useTranslation } from 'react-i18next'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { FollowButton } from './follow-button'

/** The other way out of a session that has ended: as whom another window went on, or as whoever signs in next. */
export function AnotherAccount({ leave }: { leave: () => Promise<void> }) {
  const { t } = useTranslation()
  const elsewhere = useSession((state) => state.elsewhere)
  return (
    <div className="mt-2">
      {elsewhere ? (
        <FollowButton>{t('sign_in.another_follow', elsewhere.user)}</FollowButton>
      ) : (
        <Button variant="quiet" className="w-full" onClick={() => void leave()}>
          {t('sign_in.other_account')}
        </Button>
      )}
    </div>
  )
}
