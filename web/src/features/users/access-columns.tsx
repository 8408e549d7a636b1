import type { TFunction } from 'i18next'
import { CircleCheck, CircleSlash } from 'lucide-react'
import type { TableColumn } from '@/kit/data-table/types'
import { Status } from '@/kit/status'
import { Badge } from '@/ui/badge'

interface Holder {
  disabled: boolean
  groups: { id: string; name: string }[]
  org_unit_scope: 'all' | { name: string }[]
}

/** What users and service accounts have alike: groups, what they see, and whether they may sign in. */
export const accessColumns = (t: TFunction) => ({
  groups: {
    id: 'groups',
    header: t('settings.groups.title'),
    cell: ({ groups }) => (
      <span className="flex gap-1 overflow-hidden">
        {groups.map((group) => (
          <Badge key={group.id}>{group.name}</Badge>
        ))}
      </span>
    ),
  } satisfies TableColumn<Holder>,
  scope: {
    id: 'scope',
    header: t('settings.users.scope'),
    cell: ({ org_unit_scope }) =>
      org_unit_scope === 'all'
        ? t('settings.users.scope_all')
        : org_unit_scope.map((unit) => unit.name).join(', ') || t('settings.users.scope_none'),
  } satisfies TableColumn<Holder>,
  status: {
    id: 'status',
    header: t('settings.users.status'),
    width: 110,
    cell: ({ disabled }) => (
      <Status tone={disabled ? 'neutral' : 'positive'} icon={disabled ? CircleSlash : CircleCheck}>
        {disabled ? t('settings.users.disabled') : t('settings.users.active')}
      </Status>
    ),
  } satisfies TableColumn<Holder>,
})
