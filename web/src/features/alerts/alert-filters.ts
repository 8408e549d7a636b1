import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { type FilterState, useFilters } from '@/kit/filter-fields'
import { severities } from '@/kit/severity'
import { useAssigneeChoice } from './assignees'
import { verdicts } from './queries'

const statuses = ['open', 'acknowledged', 'closed'] as const

/** What is open, unless something else is asked. */
export function useAlertFilters(): FilterState {
  const { t } = useTranslation()
  const orgUnits = useOrgUnits()
  const alternatives = { operators: ['is', 'not'] as const, multiple: true }
  return useFilters([
    {
      ...alternatives,
      id: 'status',
      label: t('alerts.status.label'),
      options: statuses.map((status) => ({ value: status, label: t(`alerts.status.${status}`) })),
      closed: true,
      primary: true,
      fallback: { operator: 'is', values: ['open'] },
    },
    {
      ...alternatives,
      id: 'severity',
      label: t('severity.label'),
      options: severities.map((severity) => ({ value: severity, label: t(`severity.${severity}`) })),
      closed: true,
      primary: true,
    },
    { ...alternatives, id: 'assigned_to', label: t('alerts.assignee.label'), useOffer: useAssigneeChoice },
    {
      ...alternatives,
      id: 'verdict',
      label: t('alerts.verdict.label'),
      options: verdicts.map((verdict) => ({ value: verdict, label: t(`alerts.verdict.${verdict}`) })),
      closed: true,
    },
    {
      id: 'org_unit',
      param: 'org_unit_id',
      label: t('devices.org_unit'),
      operators: ['is', 'not'],
      options: orgUnits.options,
      stays: true,
    },
    { id: 'title', label: t('alerts.title_column'), operators: ['contains'] },
    { id: 'rule', label: t('alerts.rule'), operators: ['is', 'not'] },
    { id: 'last_seen', param: 'last_seen_at', label: t('alerts.last_seen'), operators: ['after', 'before'] },
  ])
}
