import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { useSiteOffer } from '@/features/sites/use-site-offer'
import { type FilterState, useFilters } from '@/kit/filter-fields'
import { formatNumber } from '@/lib/format'
import { deviceFacetsQuery } from './queries'

const statuses = ['online', 'offline', 'never'] as const

export function useDeviceFilters(): FilterState {
  const { t } = useTranslation()
  const orgUnits = useOrgUnits()
  const facets = useQuery(deviceFacetsQuery).data
  const counted = (facet: { value: string; count: number }[] = []) =>
    facet.map(({ value, count }) => ({ value, label: value, hint: formatNumber(count) }))
  const alternatives = { operators: ['is', 'not'] as const, multiple: true }
  const time = { operators: ['after', 'before'] as const }
  return useFilters([
    {
      ...alternatives,
      id: 'status',
      label: t('devices.status.label'),
      options: statuses.map((status) => ({ value: status, label: t(`devices.status.${status}`) })),
      closed: true,
      primary: true,
    },
    { ...alternatives, id: 'type', label: t('devices.type'), options: counted(facets?.type), primary: true },
    {
      id: 'org_unit',
      param: 'org_unit_id',
      label: t('devices.org_unit'),
      operators: ['is', 'not'],
      options: orgUnits.options,
      stays: true,
    },
    { ...alternatives, id: 'site', param: 'site_id', label: t('devices.site'), useOffer: useSiteOffer },
    { id: 'name', label: t('devices.name'), operators: ['contains'] },
    { id: 'location', label: t('devices.location'), operators: ['contains'] },
    { ...alternatives, id: 'agent_version', label: t('devices.agent_version'), options: counted(facets?.agent_version) },
    { ...time, id: 'last_seen', param: 'last_seen_at', label: t('devices.last_seen') },
    { ...time, id: 'created', param: 'created_at', label: t('devices.registered') },
  ])
}
