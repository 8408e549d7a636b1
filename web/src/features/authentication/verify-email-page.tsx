import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { takeToken } from '@/lib/address'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { Frame } from './frame'
import { verifyAddress } from './queries'
import { Refusal } from './refusal'

/** Confirmed by a press: programs that look at links in mails must not use them up. */
export function VerifyEmailPage() {
  const { t } = useTranslation()
  const [token] = useState(takeToken)
  const verify = useMutation({ meta: { handlesError: true }, mutationFn: () => verifyAddress(token) })
  return (
    <Frame title={t('registration.verify')} heading={t('registration.verify')} subtitle={t('registration.verify_subtitle')}>
      <div className="space-y-4">
        {verify.error && <Refusal problem={asProblem(verify.error)} />}
        {verify.isSuccess ? (
          <p role="status">{t('registration.verified')}</p>
        ) : (
          <Button variant="primary" size="large" className="w-full" busy={verify.isPending} onClick={() => verify.mutate()}>
            {t('registration.confirm')}
          </Button>
        )}
      </div>
      <Button asChild variant="quiet" size="small" className="mt-3 w-full">
        <Link to="/sign-in">{t('recovery.back')}</Link>
      </Button>
    </Frame>
  )
}
