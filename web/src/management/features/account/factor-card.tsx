import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EnrolMfa } from '@/features/account/enrol-mfa'
import { NewRecoveryCodes } from '@/features/account/new-recovery-codes'
import { PasswordForm } from '@/features/account/password-form'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { RelativeTime } from '@/kit/relative-time'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { useMe } from '../../lib/me'
import { factorQuery, useBeginFactor, useChangePassword, useConfirmFactor, useRenewCodes } from './queries'

/** How one signs in with a password: it and its second factor. Of who signs in with Microsoft alone there is nothing here. */
export function SignInCards() {
  const { data } = useQuery(factorQuery)
  if (!data) return null
  return data.password ? <OfPassword since={data.since} left={data.recovery_codes_left} /> : <OfMicrosoft />
}

function OfMicrosoft() {
  const { t } = useTranslation()
  return (
    <Card>
      <CardHeader title={t('account.password.title')} description={t('management.account.microsoft')} />
    </Card>
  )
}

function OfPassword({ since, left }: { since: string | null; left: number }) {
  const { t } = useTranslation()
  const { email } = useMe()
  const change = useChangePassword()
  return (
    <>
      <FactorCard since={since} left={left} />
      <Card>
        <CardHeader title={t('account.password.title')} description={t('management.account.password_hint')} />
        <div className="border-border border-t p-4">
          <PasswordForm email={email} change={change.mutateAsync} />
        </div>
      </Card>
    </>
  )
}

function FactorCard({ since, left }: { since: string | null; left: number }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<'factor' | 'codes' | null>(null)
  const close = () => setOpen(null)
  const begin = useBeginFactor()
  const confirm = useConfirmFactor()
  const renew = useRenewCodes()
  return (
    <Card>
      <CardHeader title={t('account.mfa.title')} description={t('management.account.factor_hint')} />
      <div className="border-border space-y-4 border-t p-4">
        <DefinitionList>
          <Definition term={t('management.account.factor_since')}>
            <RelativeTime at={since} />
          </Definition>
          <Definition term={t('management.account.codes_left')}>
            <span className={left < 3 ? 'text-medium font-medium' : undefined}>{formatNumber(left)}</span>
          </Definition>
        </DefinitionList>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setOpen('factor')}>{t('management.account.replace_factor')}</Button>
          <Button onClick={() => setOpen('codes')}>{t('account.mfa.renew')}</Button>
        </div>
      </div>
      {open === 'factor' && <EnrolMfa begin={begin.mutateAsync} confirm={confirm.mutateAsync} onClose={close} />}
      {open === 'codes' && <NewRecoveryCodes renew={renew.mutateAsync} onClose={close} />}
    </Card>
  )
}
