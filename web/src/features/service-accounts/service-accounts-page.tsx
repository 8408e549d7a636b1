import { Bot, Plus } from 'lucide-react'
import { parseAsBoolean, parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { accessColumns } from '@/features/users/access-columns'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterBar, SearchFilter } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { formatNumber } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { CreateServiceAccount } from './create-service-account'
import { type ServiceAccount, serviceAccountList } from './queries'
import { ServiceAccountDrawer } from './service-account-drawer'

export function ServiceAccountsPage() {
  const { t } = useTranslation()
  const mayCreate = useCan()('settings.service_accounts.create')
  const [search, setSearch] = useQueryState('search', parseAsString.withDefault(''))
  const [openId, setOpenId] = useQueryState('account', parseAsString.withOptions({ history: 'push' }))
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const { rows, query } = useList(serviceAccountList({ search: search || undefined }))
  const clear = () => void setSearch(null)
  const access = useMemo(() => accessColumns(t), [t])
  const columns = useMemo<TableColumn<ServiceAccount>[]>(
    () => [
      {
        id: 'name',
        header: t('settings.service_accounts.name'),
        choice: 'locked',
        cell: (account) => <span className={account.disabled ? 'text-muted' : 'font-medium'}>{account.name}</span>,
      },
      {
        id: 'description',
        header: t('settings.service_accounts.about'),
        from: 'lg',
        cell: (account) => <span className="text-muted">{account.description || '—'}</span>,
      },
      { ...access.groups, from: 'sm' },
      { ...access.scope, from: 'md' },
      {
        id: 'tokens',
        header: t('settings.service_accounts.tokens'),
        width: 100,
        align: 'end',
        from: 'sm',
        cell: (account) => formatNumber(account.token_count),
      },
      access.status,
    ],
    [t, access],
  )
  const addButton = mayCreate && (
    <Button variant="primary" onClick={() => void setAdding(true)}>
      <Plus aria-hidden />
      {t('settings.service_accounts.add')}
    </Button>
  )
  return (
    <ListPage
      header={
        <PageHeader
          title={t('settings.service_accounts.title')}
          crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
          description={t('settings.service_accounts.description')}
        >
          {addButton}
        </PageHeader>
      }
      filters={
        <FilterBar active={search !== ''} onClear={clear}>
          <SearchFilter value={search} onChange={(value) => void setSearch(value || null)} label={t('settings.service_accounts.search')} />
        </FilterBar>
      }
    >
      <DataTable
        label={t('settings.service_accounts.title')}
        rowLabel={(account) => account.name}
        rows={rows}
        query={query}
        columns={columns}
        onOpen={(account) => void setOpenId(account.id)}
        openId={openId}
        filtered={search !== ''}
        onClearFilters={clear}
        empty={
          <EmptyState icon={Bot} title={t('settings.service_accounts.none')} description={t('settings.service_accounts.none_hint')}>
            {addButton}
          </EmptyState>
        }
      />
      <CreateServiceAccount
        open={adding && mayCreate}
        onClose={(created) => {
          void setAdding(null)
          if (created) void setOpenId(created)
        }}
      />
      <ServiceAccountDrawer id={openId} known={rows.find((account) => account.id === openId)} onClose={() => void setOpenId(null)} />
    </ListPage>
  )
}
