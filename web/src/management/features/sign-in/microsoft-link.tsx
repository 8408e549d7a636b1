import { useTranslation } from 'react-i18next'
import { NewWindow } from '@/features/authentication/new-window'
import { expectSession } from '@/lib/session'
import { Button } from '@/ui/button'

/** To the directory of the platform's people; of somebody known in a window of its own, which leaves the page where it is. */
export function MicrosoftLink({ email }: { email?: string }) {
  const { t } = useTranslation()
  return (
    <Button asChild size="large" className="mt-3 w-full">
      <a
        href={`/api/v1/auth/microsoft/login?${new URLSearchParams(email === undefined ? [] : { email })}`}
        target={email === undefined ? undefined : '_blank'}
        onClick={expectSession}
      >
        {t('sign_in.microsoft')}
        {email !== undefined && <NewWindow />}
      </a>
    </Button>
  )
}
