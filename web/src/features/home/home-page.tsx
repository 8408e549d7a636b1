import { parseAsString, useQueryState } from 'nuqs'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { PageHeader } from '@/kit/page-header'
import { useCan, useFeatures, useMe } from '@/lib/me'
import { Fleet } from './fleet'
import { LatestAlerts } from './latest-alerts'
import { Onboarding } from './onboarding'
import { OpenAlerts } from './open-alerts'
import { Today } from './today'

export function HomePage() {
  const { t } = useTranslation()
  const { user, tenant, support } = useMe()
  const can = useCan()
  const features = useFeatures()
  const [chosen] = useQueryState('org_unit', parseAsString)
  const unit = chosen ?? undefined
  const place = useOrgUnits().nameOf(chosen) ?? tenant.name
  const seesAlerts = can('alerts.read') && features.security
  const seesDevices = can('devices.read')
  const seesChanges = can('audit.read')
  const something = seesDevices || seesAlerts || seesChanges
  return (
    <div className="space-y-4 pb-4">
      <PageHeader
        title={t('home.greeting', { name: user.name.split(' ')[0] ?? user.name })}
        documentTitle={t('nav.home')}
        description={t('home.subtitle', { tenant: place })}
      />
      {!something && <p className="text-muted">{t('home.nothing', { tenant: tenant.name })}</p>}
      {!support && <Onboarding />}
      <div className="grid gap-4 lg:grid-cols-2">
        {seesDevices && <Fleet unit={unit} />}
        {seesAlerts && <OpenAlerts unit={unit} />}
        {seesAlerts && <LatestAlerts unit={unit} />}
        {something && <Today unit={unit} devices={seesDevices} alerts={seesAlerts} changes={seesChanges} />}
      </div>
    </div>
  )
}
