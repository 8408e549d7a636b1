import { Building2, Plus } from 'lucide-react'
import { parseAsBoolean, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { useList } from '@/lib/list'
import { Button } from '@/ui/button'
import { useCan } from '../../lib/me'
import { CreateTenant } from './create-tenant'
import { type Tenant, tenantList } from './queries'
import { tenantStates, TenantStatus } from './tenant-state'

export function TenantsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const can = useCan()
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const filters = useFilters([
    {
      id: 'state',
      label: t('management.tenants.state.label'),
      operators: ['is'],
      options: tenantStates.map((state) => ({ value: state, label: t(`management.tenants.state.${state}`) })),
      closed: true,
      primary: true,
    },
  ])
  const list = useList(tenantList(filters.query))
  const columns = useMemo<TableColumn<Tenant>[]>(
    () => [
      {
        id: 'name',
        header: t('management.tenants.name'),
        choice: 'locked',
        cell: ({ name }) => <span className="font-medium">{name}</span>,
      },
      {
        id: 'state',
        header: t('management.tenants.state.label'),
        choice: 'locked',
        width: 150,
        narrowWidth: 130,
        cell: ({ state }) => <TenantStatus state={state} />,
      },
      {
        id: 'plan',
        header: t('management.licence.plan'),
        width: 140,
        from: 'md',
        cell: ({ licence }) => licence?.plan ?? '—',
      },
      {
        id: 'expires',
        header: t('management.licence.expires'),
        width: 140,
        from: 'lg',
        cell: ({ licence }) => (licence ? <RelativeTime at={licence.expires_at} none={t('management.licence.never')} /> : '—'),
      },
      {
        id: 'since',
        header: t('management.tenants.since'),
        width: 150,
        from: 'sm',
        cell: ({ state_since }) => <RelativeTime at={state_since} />,
      },
      {
        id: 'reason',
        header: t('management.tenants.reason'),
        from: 'lg',
        cell: ({ state_reason }) => <span title={state_reason ?? undefined}>{state_reason ?? '—'}</span>,
      },
      {
        id: 'created',
        header: t('common.created'),
        width: 150,
        from: 'md',
        cell: ({ created_at }) => <RelativeTime at={created_at} />,
      },
    ],
    [t],
  )
  const create = can('tenants.create') && (
    <Button variant="primary" onClick={() => void setAdding(true)}>
      <Plus aria-hidden />
      {t('management.tenants.create')}
    </Button>
  )
  return (
    <ListPage
      header={
        <PageHeader title={t('management.tenants.title')} description={t('management.tenants.description')}>
          {create}
        </PageHeader>
      }
      filters={
        <Filters state={filters} searchLabel={t('management.tenants.search')}>
          <TableOptions columns={columns} />
        </Filters>
      }
    >
      <DataTable
        label={t('management.tenants.title')}
        rowLabel={({ name }) => name}
        list={list}
        columns={columns}
        onOpen={({ id }) => void navigate(`/tenants/${id}`)}
        filtered={filters.active}
        onClearFilters={filters.clear}
        empty={<EmptyState icon={Building2} title={t('management.tenants.none')} description={t('management.tenants.none_hint')} />}
      />
      <CreateTenant open={adding} onClose={() => void setAdding(null)} />
    </ListPage>
  )
}
