import { useQuery } from '@tanstack/react-query'
import { Mail, Plus, Users } from 'lucide-react'
import { parseAsBoolean, parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { groupChoicesQuery } from '@/features/groups/queries'
import { InviteUser } from '@/features/invitations/invite-user'
import { PendingInvitations } from '@/features/invitations/pending-invitations'
import { SavedViews } from '@/features/saved-views/saved-views'
import { BulkBar } from '@/kit/data-table/bulk-bar'
import { BulkFailures } from '@/kit/data-table/bulk-failures'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import { nothingSelected } from '@/kit/data-table/selection'
import type { TableColumn } from '@/kit/data-table/types'
import { useBulk } from '@/kit/data-table/use-bulk'
import { useSort } from '@/kit/data-table/use-sort'
import { EmptyState } from '@/kit/empty-state'
import { ExportButton } from '@/kit/export-button'
import { useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { accessColumns } from './access-columns'
import { UserBulkActions } from './bulk-actions'
import { CreateUser } from './create-user'
import { addUsersToGroup, createUserExport, disableUsers, signUsersOut, type User, userCountQuery, userList, usersAtOnce } from './queries'
import { UserDrawer } from './user-drawer'

export function UsersPage() {
  const { t } = useTranslation()
  const can = useCan()
  const [openId, setOpenId] = useQueryState('user', parseAsString.withOptions({ history: 'push' }))
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const [shown, setShown] = useState<'invite' | 'pending' | null>(null)
  const groups = useQuery({ ...groupChoicesQuery, enabled: can('settings.groups.read') }).data?.items ?? []
  const filters = useFilters([
    {
      id: 'group',
      param: 'group_id',
      label: t('settings.users.group'),
      operators: ['is', 'not'],
      options: groups.map((group) => ({ value: group.id, label: group.name })),
      primary: groups.length > 0,
    },
    {
      id: 'disabled',
      label: t('settings.users.status'),
      operators: ['is'],
      options: [
        { value: 'false', label: t('settings.users.active') },
        { value: 'true', label: t('settings.users.disabled') },
      ],
      closed: true,
      primary: true,
    },
    { id: 'last_sign_in', param: 'last_sign_in_at', label: t('settings.users.last_sign_in'), operators: ['after', 'before'] },
  ])
  const access = useMemo(() => accessColumns(t), [t])
  const columns = useMemo<TableColumn<User>[]>(
    () => [
      {
        id: 'name',
        header: t('settings.users.name'),
        sort: 'name',
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
        sort: 'last_sign_in_at',
        width: 130,
        from: 'md',
        cell: (user) => <RelativeTime at={user.last_sign_in_at} none={t('settings.users.never')} />,
      },
      {
        id: 'created',
        header: t('common.created'),
        sort: 'created_at',
        width: 130,
        from: 'lg',
        choice: 'hidden',
        cell: (user) => <RelativeTime at={user.created_at} />,
      },
    ],
    [t, access],
  )

  const sort = useSort(columns, 'name')
  const list = useList(userList({ ...filters.query, sort: sort.value }))
  const { rows } = list
  const [selection, setSelection] = useState(nothingSelected)
  const selecting = selection.all || selection.ids.size > 0
  const count = useQuery({ ...userCountQuery(filters.query), enabled: selecting }).data?.count
  const bulk = useBulk({ invalidates: ['users'], filter: filters.query, onSelection: setSelection, idsAtOnce: usersAtOnce })

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
        <Filters state={filters} searchLabel={t('settings.users.search')}>
          {can('settings.users.export') && (
            <ExportButton path="/api/v1/users/exports" create={() => createUserExport({ ...filters.query, sort: sort.value })} />
          )}
          <SavedViews list="users" />
          <TableOptions columns={columns} />
        </Filters>
      }
    >
      <BulkBar selection={selection} onChange={setSelection} count={count} loaded={rows.length} progress={bulk.progress}>
        <UserBulkActions
          count={selection.all ? (count ?? rows.length) : selection.ids.size}
          busy={bulk.busy}
          groups={groups}
          onDisable={(disabled) =>
            bulk.run(
              selection,
              (which) => disableUsers(which, disabled),
              (done) => t(disabled ? 'settings.users.disabled_many' : 'settings.users.enabled_many', { count: done }),
            )
          }
          onGroup={(group) =>
            bulk.run(
              selection,
              (which) => addUsersToGroup(which, group.id),
              (done) => t('settings.users.added_many', { count: done, group: group.name }),
            )
          }
          onSignOut={() => bulk.run(selection, signUsersOut, (done) => t('settings.users.signed_out_many', { count: done }))}
        />
      </BulkBar>
      <DataTable
        label={t('settings.users.title')}
        rowLabel={(user) => user.name}
        list={list}
        columns={columns}
        onOpen={(user) => void setOpenId(user.id)}
        openId={openId}
        sort={sort}
        selection={can('settings.users.update') ? { value: selection, onChange: setSelection } : undefined}
        filtered={filters.active}
        onClearFilters={filters.clear}
        empty={<EmptyState icon={Users} title={t('settings.users.none')} />}
      />
      <BulkFailures failures={bulk.failures} onClose={bulk.forget} />
      <CreateUser open={adding && can('settings.users.create')} onClose={() => void setAdding(null)} />
      <InviteUser open={shown === 'invite'} onClose={() => setShown(null)} />
      <PendingInvitations open={shown === 'pending'} onClose={() => setShown(null)} />
      <UserDrawer id={openId} known={rows.find((user) => user.id === openId)} onClose={() => void setOpenId(null)} />
    </ListPage>
  )
}
