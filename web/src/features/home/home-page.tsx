import { useTranslation } from 'react-i18next'
import { PageHeader } from '@/kit/page-header'
import { useCan, useFeatures, useMe } from '@/lib/me'
import { Fleet } from './fleet'
import { LatestAlerts } from './latest-alerts'
import { LatestChanges } from './latest-changes'
import { OpenAlerts } from './open-alerts'

export function HomePage() {
  const { t } = useTranslation()
  const { user, tenant } = useMe()
  const can = useCan()
  const features = useFeatures()
  const seesAlerts = can('alerts.read') && features.security
  const nothing = !can('devices.read') && !seesAlerts && !can('audit.read')
  return (
    <div className="space-y-4 pb-4">
      <PageHeader
        title={t('home.greeting', { name: user.name.split(' ')[0] ?? user.name })}
        documentTitle={t('nav.home')}
        description={t('home.subtitle', { tenant: tenant.name })}
      />
      {nothing && <p className="text-muted">{t('home.nothing', { tenant: tenant.name })}</p>}
      <div className="grid gap-4 lg:grid-cols-2">
        {can('devices.read') && <Fleet />}
        {seesAlerts && <OpenAlerts />}
        {seesAlerts && <LatestAlerts />}
        {can('audit.read') && <LatestChanges />}
      </div>
    </div>
  )
}
