import { useQuery } from '@tanstack/react-query'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { Status } from '@/kit/status'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { CopyLine, CopyLines } from './copy-lines'
import { ProviderCheck } from './provider-check'
import { ProviderForm } from './provider-form'
import { domainList, providerQuery, useRemoveProvider } from './queries'

export function SsoPage() {
  const { t } = useTranslation()
  const can = useCan()
  const query = useQuery(providerQuery)
  const mayUpdate = can('settings.sso.update')
  const [removals, setRemovals] = useState(0)
  return (
    <div className="max-w-2xl space-y-4">
      <PageHeader title={t('sso.title')} crumbs={[{ label: t('nav.settings'), to: '/settings' }]} description={t('sso.description')} />
      <Loaded query={query}>
        {(tagged) => {
          const { data, etag } = tagged
          return (
            <>
              {data.issuer === null && (
                <Card>
                  <CardHeader title={t('sso.register')} description={t('sso.register_hint')} />
                  <div className="px-4 pb-4">
                    <CopyLines>
                      <CopyLine label={t('sso.redirect_uri')} value={data.redirect_uri} copyLabel={t('sso.copy_redirect_uri')} />
                    </CopyLines>
                  </div>
                </Card>
              )}
              <Card>
                <CardHeader title={t('sso.app')} description={data.issuer === null ? t('sso.app_hint') : undefined} />
                <div className="px-4 pb-4">
                  <ProviderForm key={removals} tagged={tagged} readOnly={!mayUpdate} />
                </div>
              </Card>
              {data.client_id !== null && mayUpdate && <ProviderCheck key={`check ${etag}`} />}
              <DomainsInUse />
              {data.client_id !== null && mayUpdate && <RemoveProvider onRemoved={() => setRemovals(removals + 1)} />}
            </>
          )
        }}
      </Loaded>
    </div>
  )
}

/** Without a proven domain the app is asked for nobody. */
function DomainsInUse() {
  const { t } = useTranslation()
  const { rows, query } = useList(domainList)
  if (!query.isSuccess) return null
  const proven = rows.filter(({ verified_at }) => verified_at)
  return (
    <Card>
      <CardHeader title={t('sso.sent_here')} description={t('sso.sent_here_hint')}>
        <Button asChild size="small">
          <Link to="/settings/domains">{t('sso.to_domains')}</Link>
        </Button>
      </CardHeader>
      <ul className="space-y-1 px-4 pb-4" aria-label={t('sso.sent_here')}>
        {proven.map(({ id, domain }) => (
          <li key={id} className="break-all">
            <Status tone="positive" icon={CircleCheck}>
              <span className="whitespace-normal">{domain}</span>
            </Status>
          </li>
        ))}
        {proven.length === 0 && (
          <li className="flex items-start gap-1.5">
            <TriangleAlert className="text-medium mt-0.5 size-3.5 shrink-0" aria-hidden />
            {t('sso.sent_nobody')}
          </li>
        )}
      </ul>
    </Card>
  )
}

function RemoveProvider({ onRemoved }: { onRemoved: () => void }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const remove = useRemoveProvider()
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {t('sso.remove')}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('sso.remove_title')}
        description={t('sso.remove_description')}
        confirmLabel={t('sso.remove')}
        onConfirm={async () => {
          await remove.mutateAsync()
          onRemoved()
          notify.success(t('sso.removed'))
        }}
      />
    </>
  )
}
