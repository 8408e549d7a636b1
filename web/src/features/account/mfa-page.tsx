import { useQuery } from '@tanstack/react-query'
import { ShieldCheck, ShieldOff } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { Status } from '@/kit/status'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { DisableMfa } from './disable-mfa'
import { EnrolMfa } from './enrol-mfa'
import { NewRecoveryCodes } from './new-recovery-codes'
import { mfaQuery, useConfirmMfa, useEnrol, useRenewRecoveryCodes } from './queries'

const fewCodes = 3

export function MfaPage() {
  const { t } = useTranslation()
  const enrol = useEnrol()
  const confirm = useConfirmMfa()
  const renew = useRenewRecoveryCodes()
  const query = useQuery(mfaQuery)
  const [open, setOpen] = useState<'enrol' | 'disable' | 'renew' | null>(null)
  return (
    <div className="max-w-2xl space-y-4">
      <PageHeader
        title={t('account.mfa.title')}
        crumbs={[{ label: t('account.title'), to: '/account' }]}
        description={t('account.mfa.description')}
      />
      <Loaded query={query}>
        {({ enabled, enabled_at, recovery_codes_left }) => (
          <Card className="space-y-5 p-5">
            <DefinitionList>
              <Definition term={t('account.mfa.state')}>
                <Status tone={enabled ? 'positive' : 'neutral'} icon={enabled ? ShieldCheck : ShieldOff}>
                  {enabled ? t('account.mfa.on') : t('account.mfa.off')}
                </Status>
              </Definition>
              {enabled && (
                <>
                  <Definition term={t('account.mfa.since')}>
                    <RelativeTime at={enabled_at} />
                  </Definition>
                  <Definition term={t('account.mfa.codes_left')}>
                    {formatNumber(recovery_codes_left)}
                    {recovery_codes_left < fewCodes && <p className="text-medium text-xs">{t('account.mfa.few_codes')}</p>}
                  </Definition>
                </>
              )}
            </DefinitionList>
            {enabled ? (
              <div className="flex flex-wrap gap-2">
                <Button onClick={() => setOpen('renew')}>{t('account.mfa.renew')}</Button>
                <Button onClick={() => setOpen('disable')}>{t('account.mfa.disable')}</Button>
              </div>
            ) : (
              <Button variant="primary" onClick={() => setOpen('enrol')}>
                {t('account.mfa.enable')}
              </Button>
            )}
          </Card>
        )}
      </Loaded>
      {open === 'enrol' && <EnrolMfa begin={enrol.mutateAsync} confirm={confirm.mutateAsync} onClose={() => setOpen(null)} />}
      {open === 'renew' && <NewRecoveryCodes renew={renew.mutateAsync} onClose={() => setOpen(null)} />}
      {open === 'disable' && <DisableMfa onClose={() => setOpen(null)} />}
    </div>
  )
}
