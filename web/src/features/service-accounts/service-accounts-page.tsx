import { useQuery } from '@tanstack/react-query'
import { Bot, Plus } from 'lucide-react'
import { parseAsBoolean, parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { accessColumns } from '@/features/users/access-columns'
import { BulkBar } from '@/kit/data-table/bulk-bar'
import { BulkFailures } from '@/kit/data-table/bulk-failures'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import { nothingSelected } from '@/kit/data-table/selection'
import type { TableColumn } from '@/kit/data-table/types'
import { useBulk } from '@/kit/data-table/use-bulk'
import { EmptyState } from '@/kit/empty-state'
import { useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { formatNumber } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { CreateServiceAccount } from './create-service-account'
import { AccountBulkActions } from './bulk-actions'
import { accountsAtOnce, disableServiceAccounts, type ServiceAccount, serviceAccountCountQuery, serviceAccountList } from './queries'
import { ServiceAccountDrawer } from './service-account-drawer'

export function ServiceAccountsPage() {
  const { t } = useTranslation()
  const can = useCan()
  const mayCreate = can('settings.service_accounts.create')
  const filters = useFilters([
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
  ])
  const [openId, setOpenId] = useQueryState('account', parseAsString.withOptions({ history: 'push' }))
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const list = useList(serviceAccountList(filters.query))
  const { rows } = list
  const [selection, setSelection] = useState(nothingSelected)
  const selecting = selection.all || selection.ids.size > 0
  const count = useQuery({ ...serviceAccountCountQuery(filters.query), enabled: selecting }).data?.count
  const bulk = useBulk({
    invalidates: ['service-accounts', 'api-tokens'],
    filter: filters.query,
    onSelection: setSelection,
    idsAtOnce: accountsAtOnce,
  })
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
      filters={<Filters state={filters} searchLabel={t('settings.service_accounts.search')} />}
    >
      <BulkBar selection={selection} onChange={setSelection} count={count} loaded={rows.length} progress={bulk.progress}>
        <AccountBulkActions
          count={selection.all ? (count ?? rows.length) : selection.ids.size}
          busy={bulk.busy}
          onDisable={(disabled) =>
            bulk.run(
              selection,
              (which) => disableServiceAccounts(which, disabled),
              (done) => t(disabled ? 'settings.service_accounts.disabled_many' : 'settings.service_accounts.enabled_many', { count: done }),
            )
          }
        />
      </BulkBar>
      <DataTable
        label={t('settings.service_accounts.title')}
        rowLabel={(account) => account.name}
        list={list}
        columns={columns}
        onOpen={(account) => void setOpenId(account.id)}
        openId={openId}
        selection={can('settings.service_accounts.update') ? { value: selection, onChange: setSelection } : undefined}
        filtered={filters.active}
        onClearFilters={filters.clear}
        empty={
          <EmptyState icon={Bot} title={t('settings.service_accounts.none')} description={t('settings.service_accounts.none_hint')}>
            {addButton}
          </EmptyState>
        }
      />
      <BulkFailures failures={bulk.failures} onClose={bulk.forget} />
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
