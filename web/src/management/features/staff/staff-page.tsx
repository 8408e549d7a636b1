import { Ban, CircleCheck, UserPlus, UsersRound } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { Status } from '@/kit/status'
import { useList } from '@/lib/list'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { useCan, useMe } from '../../lib/me'
import { InviteStaff } from './invite-staff'
import { MemberDrawer } from './member-drawer'
import { PendingInvitations } from './pending-invitations'
import { type Member, staffList } from './queries'

export function StaffPage() {
  const { t } = useTranslation()
  const can = useCan()
  const me = useMe()
  const list = useList(staffList)
  const { rows } = list
  const [openId, setOpenId] = useQueryState('member', parseAsString.withOptions({ history: 'push' }))
  const [dialog, setDialog] = useState<'invite' | 'invitations' | null>(null)
  const columns = useMemo<TableColumn<Member>[]>(
    () => [
      {
        id: 'name',
        header: t('management.staff.name'),
        cell: ({ id, name }) => (
          <span className="font-medium">
            {name} {id === me.id && <Badge tone="accent">{t('settings.users.you')}</Badge>}
          </span>
        ),
      },
      { id: 'email', header: t('sign_in.email'), from: 'sm', cell: ({ email }) => email },
      { id: 'role', header: t('management.staff.role'), width: 120, narrowWidth: 96, cell: ({ role }) => t(`management.role.${role}`) },
      {
        id: 'access',
        header: t('settings.users.access'),
        width: 130,
        narrowWidth: 116,
        cell: ({ disabled }) =>
          disabled ? (
            <Status tone="critical" icon={Ban}>
              {t('settings.users.disabled')}
            </Status>
          ) : (
            <Status tone="positive" icon={CircleCheck}>
              {t('settings.users.active')}
            </Status>
          ),
      },
      {
        id: 'last',
        header: t('settings.users.last_sign_in'),
        width: 150,
        from: 'md',
        cell: ({ last_sign_in_at }) => <RelativeTime at={last_sign_in_at} none={t('settings.users.never')} />,
      },
    ],
    [t, me.id],
  )
  return (
    <ListPage
      header={
        <PageHeader title={t('management.staff.title')} description={t('management.staff.description')}>
          <Button onClick={() => setDialog('invitations')}>{t('settings.users.invitations')}</Button>
          {can('staff.invite') && (
            <Button variant="primary" onClick={() => setDialog('invite')}>
              <UserPlus aria-hidden />
              {t('settings.users.invite')}
            </Button>
          )}
        </PageHeader>
      }
    >
      <DataTable
        label={t('management.staff.title')}
        rowLabel={({ name }) => name}
        list={list}
        columns={columns}
        onOpen={({ id }) => void setOpenId(id)}
        openId={openId}
        empty={<EmptyState icon={UsersRound} title={t('management.staff.none')} />}
      />
      <MemberDrawer id={openId} member={rows.find(({ id }) => id === openId)} onClose={() => void setOpenId(null)} />
      <InviteStaff open={dialog === 'invite'} onClose={() => setDialog(null)} />
      <PendingInvitations open={dialog === 'invitations'} onClose={() => setDialog(null)} />
    </ListPage>
  )
}
