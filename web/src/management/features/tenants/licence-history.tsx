import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatDate, formatNumber } from '@/lib/format'
import { type Licence, licencesQuery } from './queries'

/** What the tenant was given before the licence that holds, latest first. */
export function LicenceHistory({ tenant_id }: { tenant_id: string }) {
  const { t } = useTranslation()
  const ended = (useQuery(licencesQuery(tenant_id)).data?.items ?? []).filter(({ ended_at }) => ended_at !== null)
  if (ended.length === 0) return null
  return (
    <details className="border-border mt-4 border-t pt-3">
      <summary className="cursor-pointer font-medium">
        {t('management.licence.before', { formatted: formatNumber(ended.length), count: ended.length })}
      </summary>
      <ul className="divide-border mt-2 divide-y">
        {ended.map((licence) => (
          <Row key={licence.id} licence={licence} />
        ))}
      </ul>
    </details>
  )
}

function Row({ licence }: { licence: Licence }) {
  const { t } = useTranslation()
  const { plan, created_at, ended_at, expires_at, max_users, max_devices, reason } = licence
  const limit = (most: number | null) => (most === null ? t('management.plans.unlimited') : formatNumber(most))
  return (
    <li className="py-2">
      <p className="flex flex-wrap justify-between gap-x-3">
        <span className="font-medium">{plan}</span>
        <span className="text-muted text-xs">
          {formatDate(created_at)} – {ended_at && formatDate(ended_at)}
        </span>
      </p>
      <p className="break-words">{reason}</p>
      <p className="text-muted text-xs">
        {t('management.plans.users')}: {limit(max_users)} · {t('management.plans.devices')}: {limit(max_devices)} ·{' '}
        {t('management.licence.expires')}: {expires_at ? formatDate(expires_at) : t('management.licence.never')}
      </p>
    </li>
  )
}
