import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { Building2, type LucideIcon, Server, ShieldAlert, User, Users } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { answer, api, type AnswerOf } from '@/lib/api'

type Found = AnswerOf<typeof api.search.get>
export type Result = { id: string; icon: LucideIcon; text: string; hint?: string; to: string }

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ['search', q],
    queryFn: ({ signal }) => answer(api.search.get({ query: { q }, fetch: { signal } })),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    enabled: q.length >= 2,
  })

/** What the server found, in groups: each with its heading and where a choice leads. */
export function useResults(found: Found | undefined): { heading: string; results: Result[] }[] {
  const { t } = useTranslation()
  const { nameOf } = useOrgUnits()
  if (!found) return []
  const hint = (...parts: (string | null)[]) => parts.filter(Boolean).join(' · ')
  const groups = [
    {
      heading: t('nav.devices'),
      results: found.devices.map(({ id, name, status, org_unit_id }) => ({
        id,
        icon: Server,
        text: name,
        hint: hint(t(`devices.status.${status}`), nameOf(org_unit_id)),
        to: `/devices/${id}`,
      })),
    },
    {
      heading: t('nav.alerts'),
      results: found.alerts.map(({ id, title, severity, status, device_name }) => ({
        id,
        icon: ShieldAlert,
        text: title,
        hint: hint(t(`severity.${severity}`), t(`alerts.status.${status}`), device_name),
        to: `/alerts?status=all&alert=${id}`,
      })),
    },
    {
      heading: t('settings.org_units.title'),
      results: found.org_units.map(({ id, name, parent_id }) => ({
        id,
        icon: Building2,
        text: name,
        hint: nameOf(parent_id) ?? undefined,
        to: `/devices?org_unit=${id}`,
      })),
    },
    {
      heading: t('settings.users.title'),
      results: found.users.map(({ id, name, email }) => ({ id, icon: User, text: name, hint: email, to: `/settings/users?user=${id}` })),
    },
    {
      heading: t('settings.groups.title'),
      results: found.groups.map(({ id, name }) => ({
        id,
        icon: Users,
        text: name,
        to: `/settings/groups?search=${encodeURIComponent(name)}`,
      })),
    },
  ]
  return groups.filter(({ results }) => results.length > 0)
}
