import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { RelativeTime } from '@/kit/relative-time'
import { formatNumber } from '@/lib/format'
import { useMe } from '@/lib/me'
import { Badge } from '@/ui/badge'
import { Card, CardHeader } from '@/ui/card'
import { licenceQuery } from './queries'

/** What the licence allows and how much of it is used; nothing where no licences are given out. */
export function LicenceCard() {
  const { t } = useTranslation()
  const { data } = useQuery(licenceQuery)
  const { status } = useMe().tenant
  if (!data?.license) return null
  const { license, usage } = data
  const ofLimit = (used: number, most: number | null | undefined) =>
    typeof most === 'number'
      ? t('settings.organization.of_limit', { used: formatNumber(used), most: formatNumber(most) })
      : t('settings.organization.without_limit', { used: formatNumber(used) })
  return (
    <Card aria-labelledby="licence">
      <CardHeader id="licence" title={t('settings.organization.licence')} />
      <div className="px-4 pb-4">
        <DefinitionList>
          <Definition term={t('settings.organization.plan')}>{license.plan}</Definition>
          <Definition term={t('settings.organization.features')}>
            <span className="flex flex-wrap gap-1">
              {license.features.length ? license.features.map((name) => <Badge key={name}>{name}</Badge>) : '—'}
            </span>
          </Definition>
          <Definition term={t('settings.users.title')}>{ofLimit(usage.users, license.limits.users)}</Definition>
          <Definition term={t('nav.devices')}>{ofLimit(usage.devices, license.limits.devices)}</Definition>
          <Definition term={t('settings.organization.licence_ends')}>
            <RelativeTime at={license.expires_at} none={t('settings.organization.licence_never_ends')} />
          </Definition>
          {status === 'grace' && license.grace_ends_at && (
            <Definition term={t('settings.organization.grace_ends')}>
              <RelativeTime at={license.grace_ends_at} />
            </Definition>
          )}
        </DefinitionList>
      </div>
    </Card>
  )
}
