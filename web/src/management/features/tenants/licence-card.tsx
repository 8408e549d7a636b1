import { BadgeCheck } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { EmptyState } from '@/kit/empty-state'
import { RelativeTime } from '@/kit/relative-time'
import { formatDateTime, formatNumber } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { useCan } from '../../lib/me'
import { GiveLicence } from './give-licence'
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
              <Definition term={t('management.plans.grace_days')}>{formatNumber(licence.grace_days)}</Definition>
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
            <Used count={usage.users} most={licence?.max_users} />
          </Definition>
          <Definition term={t('management.plans.devices')}>
            <Used count={usage.devices} most={licence?.max_devices} />{' '}
            <span className="text-muted">{t('management.licence.online', { formatted: formatNumber(usage.devices_online) })}</span>
          </Definition>
          <Definition term={t('management.licence.failed_jobs')}>{formatNumber(usage.failed_jobs)}</Definition>
          <Definition term={t('management.licence.last_seen')}>
            <RelativeTime at={usage.last_seen_at} />
          </Definition>
        </DefinitionList>
      </div>
      <GiveLicence tenant_id={tenant.id} open={giving} onClose={() => setGiving(false)} />
    </Card>
  )
}

/** "12 of 50"; without a limit the number alone. */
function Used({ count, most }: { count: number; most: number | null | undefined }) {
  const { t } = useTranslation()
  if (most === null || most === undefined) return formatNumber(count)
  const words = t('management.licence.of', { used: formatNumber(count), most: formatNumber(most) })
  return <span className={count >= most ? 'text-critical font-medium' : undefined}>{words}</span>
}
