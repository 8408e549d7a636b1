import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { groupChoicesQuery } from '@/features/groups/queries'
import { useOrgUnits } from '@/features/org-units/queries'
import { useCan } from '@/lib/me'
import type { ScopeChoice } from './queries'

type Access = { group_ids: string[]; org_unit_scope: ScopeChoice }

/** Groups and view of a user or a service account, in words, where two versions are held out. */
export function useAccessConflict() {
  const { t } = useTranslation()
  const { nameOf } = useOrgUnits()
  const groups = useQuery({ ...groupChoicesQuery, enabled: useCan()('settings.groups.read') }).data?.items ?? []
  const groupNames = (ids: Access['group_ids']) =>
    groups
      .filter(({ id }) => ids.includes(id))
      .map(({ name }) => name)
      .join(', ')
  const unitNames = (scope: ScopeChoice) =>
    scope === 'all' ? t('settings.users.scope_all') : scope.map(({ org_unit_id }) => nameOf(org_unit_id) ?? '…').join(', ')
  return [
    { name: 'group_ids', label: t('settings.groups.title'), show: (ids: unknown) => groupNames(ids as Access['group_ids']) },
    { name: 'org_unit_scope', label: t('settings.users.scope'), show: (scope: unknown) => unitNames(scope as ScopeChoice) },
  ] as const
}
