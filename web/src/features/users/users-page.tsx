import { useQuery } from '@tanstack/react-query'
import { Mail, Plus, Users } from 'lucide-react'
import { parseAsBoolean, parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { groupChoicesQuery } from '@/features/groups/queries'
import { InviteUser } from '@/features/invitations/invite-user'
import { PendingInvitations } from '@/features/invitations/pending-invitations'
import { SavedViews } from '@/features/saved-views/saved-views'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterBar, FilterChip, SearchFilter } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { accessColumns } from './access-columns'
import { CreateUser } from './create-user'
import { type User, userList } from './queries'
import { UserDrawer } from './user-drawer'

export function UsersPage() {
  const { t } = useTranslation()
  const can = useCan()
  const [filters, setFilters] = useQueryStates({ search: parseAsString.withDefault(''), group: parseAsString })
  const [openId, setOpenId] = useQueryState('user', parseAsString.withOptions({ history: 'push' }))
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const [shown, setShown] = useState<'invite' | 'pending' | null>(null)
  const groups = useQuery({ ...groupChoicesQuery, enabled: can('settings.groups.read') })
  const { rows, query } = useList(userList({ search: filters.search || undefined, group_id: filters.group ?? undefined }))
  const filtered = filters.search !== '' || filters.group !== null
  const clear = () => void setFilters(null)

  const access = useMemo(() => accessColumns(t), [t])
  const columns = useMemo<TableColumn<User>[]>(
    () => [
      {
        id: 'name',
        header: t('settings.users.name'),
        choice: 'locked',
        cell: (user) => <span className={user.disabled ? 'text-muted' : 'font-medium'}>{user.name}</span>,
      },
      { id: 'email', header: t('settings.users.email'), from: 'md', cell: (user) => user.email },
      access.groups,
      { ...access.scope, from: 'lg' },
      { ...access.status, from: 'sm' },
      {
        id: 'last_sign_in',
        header: t('settings.users.last_sign_in'),
        width: 130,
        from: 'md',
        cell: (user) => <RelativeTime at={user.last_sign_in_at} none={t('settings.users.never')} />,
      },
      {
        id: 'created',
        header: t('common.created'),
        width: 130,
        from: 'lg',
        choice: 'hidden',
        cell: (user) => <RelativeTime at={user.created_at} />,
      },
    ],
    [t, access],
  )

  return (
    <ListPage
      header={
        <PageHeader title={t('settings.users.title')} crumbs={[{ label: t('nav.settings'), to: '/settings' }]}>
          <Button onClick={() => setShown('pending')}>{t('settings.users.invitations')}</Button>
          {can('settings.users.invite') && (
            <Button onClick={() => setShown('invite')}>
              <Mail aria-hidden />
              {t('settings.users.invite')}
            </Button>
          )}
          {can('settings.users.create') && (
            <Button variant="primary" onClick={() => void setAdding(true)}>
              <Plus aria-hidden />
              {t('settings.users.add')}
            </Button>
          )}
        </PageHeader>
      }
      filters={
        <FilterBar active={filtered} onClear={clear}>
          <SearchFilter
            value={filters.search}
            onChange={(search) => void setFilters({ search: search || null })}
            label={t('settings.users.search')}
          />
          {groups.data && (
            <FilterChip
              label={t('settings.users.group')}
              options={groups.data.items.map((group) => ({ value: group.id, label: group.name }))}
              values={filters.group ? [filters.group] : []}
              onChange={([group]) => void setFilters({ group: group ?? null })}
            />
          )}
          <div className="ml-auto flex items-center gap-2">
            <SavedViews list="users" />
            <TableOptions columns={columns} />
          </div>
        </FilterBar>
      }
    >
      <DataTable
        label={t('settings.users.title')}
        rowLabel={(user) => user.name}
        rows={rows}
        query={query}
        columns={columns}
        onOpen={(user) => void setOpenId(user.id)}
        openId={openId}
        filtered={filtered}
        onClearFilters={clear}
        empty={<EmptyState icon={Users} title={t('settings.users.none')} />}
      />
      <CreateUser open={adding && can('settings.users.create')} onClose={() => void setAdding(null)} />
      <InviteUser open={shown === 'invite'} onClose={() => setShown(null)} />
      <PendingInvitations open={shown === 'pending'} onClose={() => setShown(null)} />
      <UserDrawer id={openId} known={rows.find((user) => user.id === openId)} onClose={() => void setOpenId(null)} />
    </ListPage>
  )
}
