import { Plus, Server } from 'lucide-react'
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs'
import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
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
import { DeviceStatus } from './device-status'
import { type Device, deviceList } from './queries'

const AddDevice = lazy(() => import('./add-device'))

const statuses = ['online', 'offline', 'never'] as const
const sorts = ['name', '-name', 'last_seen_at', '-last_seen_at', 'created_at', '-created_at'] as const

const filterParsers = {
  search: parseAsString.withDefault(''),
  status: parseAsStringLiteral(statuses),
  type: parseAsString,
  org_unit: parseAsString,
}

export function DevicesPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const can = useCan()
  const orgUnits = useOrgUnits()
  const [filters, setFilters] = useQueryStates(filterParsers)
  const [sort, setSort] = useQueryState('sort', parseAsStringLiteral(sorts).withDefault('name'))
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const filtered = filters.search !== '' || filters.status !== null || filters.type !== null || filters.org_unit !== null
  const { rows, query } = useList(
    deviceList({
      search: filters.search || undefined,
      status: filters.status ?? undefined,
      type: filters.type ?? undefined,
      org_unit_id: filters.org_unit ?? undefined,
      sort,
    }),
  )
  const types = [...new Set([...rows.map((device) => device.type), ...(filters.type ? [filters.type] : [])])].toSorted()
  const mayAdd = can('settings.edge_registration_keys.create')
  const clear = () => void setFilters(null)
  const { nameOf } = orgUnits

  const columns = useMemo<TableColumn<Device>[]>(
    () => [
      {
        id: 'name',
        header: t('devices.name'),
        sort: 'name',
        choice: 'locked',
        cell: (device) => (
          <Link to={`/devices/${device.id}`} tabIndex={-1} className="font-medium hover:underline">
            {device.name}
          </Link>
        ),
      },
      { id: 'status', header: t('devices.status.label'), width: 126, cell: (device) => <DeviceStatus value={device.status} /> },
      { id: 'type', header: t('devices.type'), width: 130, from: 'md', cell: (device) => device.type },
      { id: 'address', header: t('devices.address'), width: 140, from: 'lg', cell: (device) => device.address ?? '—' },
      { id: 'org_unit', header: t('devices.org_unit'), from: 'lg', cell: (device) => nameOf(device.org_unit_id) ?? '—' },
      { id: 'location', header: t('devices.location'), from: 'xl', cell: (device) => device.location ?? '—' },
      {
        id: 'last_seen',
        header: t('devices.last_seen'),
        width: 130,
        from: 'sm',
        sort: 'last_seen_at',
        cell: (device) => <RelativeTime at={device.last_seen_at} none={t('devices.status.never')} />,
      },
      {
        id: 'agent_version',
        header: t('devices.agent_version'),
        width: 120,
        from: 'md',
        choice: 'hidden',
        cell: (device) => device.agent_version ?? '—',
      },
      { id: 'hardware_id', header: t('devices.hardware_id'), from: 'md', choice: 'hidden', cell: (device) => device.hardware_id ?? '—' },
      {
        id: 'created',
        header: t('devices.registered'),
        width: 130,
        from: 'md',
        sort: 'created_at',
        choice: 'hidden',
        cell: (device) => <RelativeTime at={device.created_at} />,
      },
    ],
    [t, nameOf],
  )

  const addButton = mayAdd && (
    <Button variant="primary" onClick={() => void setAdding(true)}>
      <Plus aria-hidden />
      {t('devices.add.title')}
    </Button>
  )

  return (
    <ListPage
      header={<PageHeader title={t('nav.devices')}>{addButton}</PageHeader>}
      filters={
        <FilterBar active={filtered} onClear={clear}>
          <SearchFilter
            value={filters.search}
            onChange={(search) => void setFilters({ search: search || null })}
            label={t('devices.search')}
          />
          <FilterChip
            label={t('devices.status.label')}
            options={statuses.map((status) => ({ value: status, label: t(`devices.status.${status}`) }))}
            values={filters.status ? [filters.status] : []}
            onChange={([status]) => void setFilters({ status: status ?? null })}
          />
          {types.length > 0 && (
            <FilterChip
              label={t('devices.type')}
              options={types.map((type) => ({ value: type, label: type }))}
              values={filters.type ? [filters.type] : []}
              onChange={([type]) => void setFilters({ type: type ?? null })}
            />
          )}
          {orgUnits.options.length > 0 && (
            <FilterChip
              label={t('devices.org_unit')}
              options={orgUnits.options}
              values={filters.org_unit ? [filters.org_unit] : []}
              onChange={([unit]) => void setFilters({ org_unit: unit ?? null })}
            />
          )}
          <div className="ml-auto flex items-center gap-2">
            <SavedViews list="devices" />
            <TableOptions columns={columns} />
          </div>
        </FilterBar>
      }
    >
      <DataTable
        label={t('nav.devices')}
        rowLabel={(device) => device.name}
        rows={rows}
        query={query}
        columns={columns}
        onOpen={(device) => void navigate(`/devices/${device.id}`)}
        sort={{ value: sort, onChange: (value) => void setSort(sorts.find((known) => known === value) ?? null) }}
        filtered={filtered}
        onClearFilters={clear}
        empty={
          <EmptyState icon={Server} title={t('devices.none')} description={mayAdd ? t('devices.none_hint') : t('devices.none_ask')}>
            {addButton}
          </EmptyState>
        }
      />
      <Suspense>{adding && mayAdd && <AddDevice onClose={() => void setAdding(null)} />}</Suspense>
    </ListPage>
  )
}
