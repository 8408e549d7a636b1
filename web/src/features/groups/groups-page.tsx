import { Lock, Plus, UsersRound } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterBar, SearchFilter } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { formatNumber } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { GroupDrawer } from './group-drawer'
import { type Group, groupList } from './queries'

export function GroupsPage() {
  const { t } = useTranslation()
  const can = useCan()
  const [search, setSearch] = useQueryState('search', parseAsString.withDefault(''))
  const [openId, setOpenId] = useQueryState('group', parseAsString.withOptions({ history: 'push' }))
  const list = useList(groupList({ search: search || undefined }))
  const clear = () => void setSearch(null)
  const columns = useMemo<TableColumn<Group>[]>(
    () => [
      {
        id: 'name',
        header: t('settings.groups.name'),
        choice: 'locked',
        cell: (group) => (
          <span className="flex items-center gap-2">
            <span className="truncate font-medium">{group.name}</span>
            {group.built_in && (
              <Badge>
                <Lock aria-hidden />
                {t('settings.groups.built_in')}
              </Badge>
            )}
          </span>
        ),
      },
      {
        id: 'description',
        header: t('settings.groups.description'),
        from: 'md',
        cell: (group) => (
          <span className="text-muted">
            {group.built_in ? t(`settings.groups.built_in_description.${group.built_in}`) : group.description || '—'}
          </span>
        ),
      },
      {
        id: 'permissions',
        header: t('settings.groups.permissions'),
        width: 110,
        align: 'end',
        from: 'sm',
        cell: (group) => (group.permissions.includes('*') ? t('settings.groups.everything') : formatNumber(group.permissions.length)),
      },
      { id: 'members', header: t('settings.groups.members'), width: 100, align: 'end', cell: (group) => formatNumber(group.member_count) },
      { id: 'updated', header: t('common.changed'), width: 130, from: 'lg', cell: (group) => <RelativeTime at={group.updated_at} /> },
    ],
    [t],
  )
  return (
    <ListPage
      header={
        <PageHeader title={t('settings.groups.title')} crumbs={[{ label: t('nav.settings'), to: '/settings' }]}>
          {can('settings.groups.create') && (
            <Button variant="primary" onClick={() => void setOpenId('new')}>
              <Plus aria-hidden />
              {t('settings.groups.add')}
            </Button>
          )}
        </PageHeader>
      }
      filters={
        <FilterBar active={search !== ''} onClear={clear}>
          <SearchFilter value={search} onChange={(value) => void setSearch(value || null)} label={t('settings.groups.search')} />
        </FilterBar>
      }
    >
      <DataTable
        label={t('settings.groups.title')}
        rowLabel={(group) => group.name}
        list={list}
        columns={columns}
        onOpen={(group) => void setOpenId(group.id)}
        openId={openId}
        filtered={search !== ''}
        onClearFilters={clear}
        empty={<EmptyState icon={UsersRound} title={t('settings.groups.none')} />}
      />
      <GroupDrawer id={openId} onClose={() => void setOpenId(null)} />
    </ListPage>
  )
}
