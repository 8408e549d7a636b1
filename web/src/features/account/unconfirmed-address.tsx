import { MailWarning } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/lib/me'
import { asProblem } from '@/lib/problem'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { useResendConfirmation } from './queries'

/** Shown until a mailed link has confirmed the own address. */
export function UnconfirmedAddress() {
  const { t } = useTranslation()
  const { user } = useMe()
  const resend = useResendConfirmation()
  const [sent, setSent] = useState(false)
  if (user.verified_at) return null
  const send = () =>
    resend.mutate(undefined, {
      onSuccess: () => setSent(true),
      onError: (error) => notify.error(asProblem(error).message || t('error.network')),
    })
  return (
    <section
      aria-label={t('account.unconfirmed.title')}
      className="bg-medium-soft mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md px-3 py-2"
    >
      <MailWarning className="text-medium size-4 shrink-0" aria-hidden />
      <p className="min-w-0 flex-1 basis-56" role="status">
        {sent ? t('account.unconfirmed.sent', { email: user.email }) : t('account.unconfirmed.text', { email: user.email })}
      </p>
      {!sent && (
        <Button size="small" busy={resend.isPending} onClick={send}>
          {t('account.unconfirmed.send')}
        </Button>
      )}
    </section>
  )
}
