import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { CopyButton } from '@/kit/copy-button'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { formatDateTime } from '@/lib/format'
import { Card, CardHeader } from '@/ui/card'
import { useCan } from '../../lib/me'
import { Deliveries } from '../deliveries/deliveries-card'
import { OffboardButton } from '../offboarding/offboard-button'
import { OffboardingCard } from '../offboarding/offboarding-card'
import { SupportCard } from '../support/support-card'
import { TenantHistory } from '../audit/tenant-history'
import { LicenceCard } from './licence-card'
import { type TenantDetail, tenantQuery } from './queries'
import { TenantEvents } from './tenant-events'
import { TenantStatus } from './tenant-state'

export function TenantPage() {
  const { id = '' } = useParams()
  const query = useQuery(tenantQuery(id))
  return <Loaded query={query}>{(tenant) => <Detail tenant={tenant} />}</Loaded>
}

function Detail({ tenant }: { tenant: TenantDetail }) {
  const { t } = useTranslation()
  const can = useCan()
  return (
    <div className="space-y-4">
      <PageHeader
        title={tenant.name}
        crumbs={[{ label: t('management.tenants.title'), to: '/tenants' }]}
        badge={<TenantStatus state={tenant.state} />}
      >
        {can('tenants.update') && <TenantEvents tenant={tenant} />}
        {can('tenants.offboard') && tenant.events.includes('offboard') && <OffboardButton tenant={tenant} />}
      </PageHeader>
      <div className="gap-4 *:mb-4 *:break-inside-avoid lg:columns-2">
        <Card>
          <CardHeader title={t('management.tenants.lifecycle')} description={t(`management.tenants.meaning.${tenant.state}`)} />
          <div className="border-border border-t p-4">
            <DefinitionList>
              <Definition term={t('management.tenants.state.label')}>
                <TenantStatus state={tenant.state} />
              </Definition>
              <Definition term={t('management.tenants.since')}>
                <RelativeTime at={tenant.state_since} />
              </Definition>
              {tenant.state_reason && <Definition term={t('management.tenants.reason')}>{tenant.state_reason}</Definition>}
              {tenant.delete_after && (
                <Definition term={t('management.tenants.delete_after')}>{formatDateTime(tenant.delete_after)}</Definition>
              )}
              <Definition term={t('common.created')}>
                <RelativeTime at={tenant.created_at} />
              </Definition>
              <Definition term={t('management.tenants.id')}>
                <span className="flex items-center gap-1">
                  <code className="min-w-0 font-mono text-xs break-all">{tenant.id}</code>
                  <CopyButton text={tenant.id} label={t('management.tenants.copy_id')} />
                </span>
              </Definition>
            </DefinitionList>
          </div>
        </Card>
        {['offboarding', 'deleted'].includes(tenant.state) && <OffboardingCard tenant={tenant} />}
        <LicenceCard tenant={tenant} />
        {can('support.read') && <SupportCard tenant={tenant} />}
        {can('deliveries.read') && <Deliveries tenant_id={tenant.id} />}
        {can('audit.read') && <TenantHistory tenant_id={tenant.id} />}
      </div>
    </div>
  )
}
