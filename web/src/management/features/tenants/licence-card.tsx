import { BadgeCheck } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { EmptyState } from '@/kit/empty-state'
import { RelativeTime } from '@/kit/relative-time'
import { formatBytes, formatDateTime, formatNumber } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { useCan } from '../../lib/me'
import { HealthStatus } from '../fleet/health-status'
import type { Usage } from '../fleet/queries'
import { Used } from '../fleet/used'
import { Volume } from '../fleet/volume'
import { GiveLicence } from './give-licence'
import { LicenceHistory } from './licence-history'
import type { TenantDetail } from './queries'

/** The licence that holds, and what the tenant uses of it. */
export function LicenceCard({ tenant }: { tenant: TenantDetail }) {
  const { t } = useTranslation()
  const can = useCan()
  const [giving, setGiving] = useState(false)
  const { licence, usage } = tenant
  const mayGive = can('licences.give') && !['offboarding', 'deleted'].includes(tenant.state)
  const give = mayGive && (
    <Button size="small" onClick={() => setGiving(true)}>
      {t('management.licence.give')}
    </Button>
  )
  return (
    <Card>
      <CardHeader title={t('management.licence.title')} description={licence?.plan}>
        {licence && give}
      </CardHeader>
      <div className="border-border border-t p-4">
        {!licence && (
          <EmptyState icon={BadgeCheck} title={t('management.licence.none')} description={t('management.licence.none_hint')}>
            {give}
          </EmptyState>
        )}
        <DefinitionList>
          {licence && (
            <>
              <Definition term={t('management.licence.expires')}>
                {licence.expires_at ? formatDateTime(licence.expires_at) : t('management.licence.never')}
              </Definition>
              {tenant.state === 'grace' && licence.grace_ends_at ? (
                <Definition term={t('management.licence.grace_ends')}>
                  {formatDateTime(licence.grace_ends_at)}{' '}
                  <span className="text-muted">
                    (<RelativeTime at={licence.grace_ends_at} />)
                  </span>
                </Definition>
              ) : (
                <Definition term={t('management.plans.grace_days')}>{formatNumber(licence.grace_days)}</Definition>
              )}
              <Definition term={t('management.plans.features')}>
                <span className="flex flex-wrap gap-1">
                  {licence.features.length === 0 && '—'}
                  {licence.features.map((feature) => (
                    <Badge key={feature}>{feature}</Badge>
                  ))}
                </span>
              </Definition>
            </>
          )}
          <Definition term={t('management.plans.users')}>
            <Used count={usage?.users} most={licence?.max_users} />
          </Definition>
          <Definition term={t('management.plans.devices')}>
            <Used count={usage?.devices} most={licence?.max_devices} />{' '}
            {usage && (
              <span className="text-muted">{t('management.licence.online', { formatted: formatNumber(usage.devices_online) })}</span>
            )}
          </Definition>
          {usage && <UsageTerms usage={usage} />}
          <Definition term={t('management.fleet.thirty_days')}>
            <Volume days={tenant.days} width={220} height={32} />
          </Definition>
        </DefinitionList>
        <LicenceHistory tenant_id={tenant.id} />
      </div>
      <GiveLicence tenant={tenant} open={giving} onClose={() => setGiving(false)} />
    </Card>
  )
}

function UsageTerms({ usage }: { usage: Usage }) {
  const { t } = useTranslation()
  return (
    <>
      <Definition term={t('management.fleet.health.label')}>
        <HealthStatus usage={usage} wraps />
      </Definition>
      <Definition term={t('management.fleet.storage')}>{formatBytes(usage.stored_bytes)}</Definition>
      <Definition term={t('management.licence.failed_jobs')}>{formatNumber(usage.failed_jobs)}</Definition>
      <Definition term={t('management.licence.last_seen')}>
        <RelativeTime at={usage.last_seen_at} />
      </Definition>
      <Definition term={t('management.licence.as_of')}>
        <RelativeTime at={usage.as_of} />
      </Definition>
    </>
  )
}
