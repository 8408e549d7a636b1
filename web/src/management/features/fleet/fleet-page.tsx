import { Activity } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { useSort } from '@/kit/data-table/use-sort'
import { EmptyState } from '@/kit/empty-state'
import { useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { formatBytes, formatNumber } from '@/lib/format'
import { useList } from '@/lib/list'
import { TenantStatus, tenantStates } from '../tenants/tenant-state'
import { FleetOverview } from './cloud-contact'
import { HealthStatus, healths } from './health-status'
import { fleetList, type FleetMember } from './queries'
import { Used } from './used'
import { Volume } from './volume'

/** How all tenants are, in numbers that the Cloud tells. */
export function FleetPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const columns = useColumns()
  const sort = useSort(columns, '-health')
  const filters = useFilters([
    {
      id: 'health',
      label: t('management.fleet.health.label'),
      operators: ['is'],
      options: healths.map((health) => ({ value: health, label: t(`management.fleet.health.${health}`) })),
      closed: true,
      primary: true,
    },
    {
      id: 'state',
      label: t('management.tenants.state.label'),
      operators: ['is'],
      options: tenantStates
        .filter((state) => state !== 'deleted')
        .map((state) => ({ value: state, label: t(`management.tenants.state.${state}`) })),
      closed: true,
    },
  ])
  const list = useList(fleetList(filters.query, sort.value))
  return (
    <ListPage
      header={
        <>
          <PageHeader title={t('management.fleet.title')} description={t('management.fleet.description')} />
          <FleetOverview />
        </>
      }
      filters={
        <Filters state={filters} searchLabel={t('management.tenants.search')}>
          <TableOptions columns={columns} />
        </Filters>
      }
    >
      <DataTable
        label={t('management.fleet.title')}
        rowLabel={({ name }) => name}
        list={list}
        columns={columns}
        sort={sort}
        onOpen={({ id }) => void navigate(`/tenants/${id}`)}
        filtered={filters.active}
        onClearFilters={filters.clear}
        empty={<EmptyState icon={Activity} title={t('management.tenants.none')} description={t('management.tenants.none_hint')} />}
      />
    </ListPage>
  )
}

function useColumns() {
  const { t } = useTranslation()
  return useMemo<TableColumn<FleetMember>[]>(
    () => [
      {
        id: 'name',
        header: t('management.tenants.name'),
        sort: 'name',
        choice: 'locked',
        cell: ({ name }) => <span className="font-medium">{name}</span>,
      },
      {
        id: 'health',
        header: t('management.fleet.health.label'),
        width: 180,
        sort: 'health',
        choice: 'locked',
        narrowWidth: 170,
        cell: ({ usage }) => (usage ? <HealthStatus usage={usage} /> : <span className="text-muted">{t('management.fleet.unknown')}</span>),
      },
      {
        id: 'state',
        header: t('management.tenants.state.label'),
        choice: 'hidden',
        width: 130,
        cell: ({ state }) => <TenantStatus state={state} />,
      },
      {
        id: 'values',
        header: t('management.fleet.thirty_days'),
        width: 140,
        sort: 'values',
        from: 'sm',
        cell: ({ days }) => <Volume days={days} />,
      },
      {
        id: 'today',
        header: t('management.fleet.today'),
        from: 'xl',
        width: 110,
        align: 'end',
        cell: ({ days }) => formatNumber(days.at(-1)?.values ?? 0),
      },
      {
        id: 'devices',
        header: t('management.plans.devices'),
        width: 100,
        sort: 'devices',
        align: 'end',
        from: 'md',
        cell: ({ usage, max_devices }) => (usage ? <Used count={usage.devices} most={max_devices} /> : '—'),
      },
      {
        id: 'online',
        header: t('management.fleet.online_short'),
        choice: 'hidden',
        width: 80,
        align: 'end',
        cell: ({ usage }) => (usage ? formatNumber(usage.devices_online) : '—'),
      },
      {
        id: 'users',
        header: t('management.plans.users'),
        from: 'xl',
        width: 90,
        sort: 'users',
        align: 'end',
        cell: ({ usage, max_users }) => (usage ? <Used count={usage.users} most={max_users} /> : '—'),
      },
      {
        id: 'stored_bytes',
        header: t('management.fleet.storage'),
        from: 'xl',
        width: 90,
        sort: 'stored_bytes',
        align: 'end',
        cell: ({ usage }) => (usage ? formatBytes(usage.stored_bytes) : '—'),
      },
      {
        id: 'failed_jobs',
        header: t('management.licence.failed_jobs'),
        width: 110,
        sort: 'failed_jobs',
        align: 'end',
        from: 'xl',
        cell: ({ usage }) =>
          usage ? (
            <span className={usage.failed_jobs ? 'text-critical font-medium' : undefined}>{formatNumber(usage.failed_jobs)}</span>
          ) : (
            '—'
          ),
      },
      {
        id: 'last_seen_at',
        header: t('management.fleet.last_contact'),
        width: 130,
        sort: 'last_seen_at',
        from: 'lg',
        cell: ({ usage }) => <RelativeTime at={usage?.last_seen_at ?? null} />,
      },
    ],
    [t],
  )
}
