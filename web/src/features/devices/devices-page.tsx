import { useQuery } from '@tanstack/react-query'
import { Plus, Server } from 'lucide-react'
import { parseAsBoolean, useQueryState } from 'nuqs'
import { Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
import { SavedViews } from '@/features/saved-views/saved-views'
import { BulkBar } from '@/kit/data-table/bulk-bar'
import { BulkFailures } from '@/kit/data-table/bulk-failures'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import { nothingSelected } from '@/kit/data-table/selection'
import { useSort } from '@/kit/data-table/use-sort'
import { useBulk } from '@/kit/data-table/use-bulk'
import { EmptyState } from '@/kit/empty-state'
import { ExportButton } from '@/kit/export-button'
import { Filters } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { later } from '@/lib/later'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { useOfferedActions } from '@/lib/page-actions'
import { Button } from '@/ui/button'
import { DeviceBulkActions } from './bulk-actions'
import { useDeviceColumns } from './columns'
import { DevicesViews } from './devices-views'
import { useDeviceFilters } from './device-filters'
import { changeDevices, createDeviceExport, deviceCountQuery, deviceList, removeDevices } from './queries'

const AddDevice = later(() => import('./add-device'))

export function DevicesPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const can = useCan()
  const filters = useDeviceFilters()
  const columns = useDeviceColumns()
  const sort = useSort(columns, 'name')
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const [selection, setSelection] = useState(nothingSelected)
  const list = useList(deviceList({ ...filters.query, sort: sort.value }))
  const { rows, arrived, takeIn } = list
  const mayAdd = can('settings.edge_registration_keys.create')
  const mayChange = can('devices.update') || can('devices.delete')
  const selecting = selection.all || selection.ids.size > 0
  const count = useQuery({ ...deviceCountQuery(filters.query), enabled: selecting }).data?.count
  const bulk = useBulk({ invalidates: ['devices'], filter: filters.query, onSelection: setSelection })
  const orgUnits = useOrgUnits()
  const move = (org_unit_id: string | null) =>
    void bulk.run(
      selection,
      (which) => changeDevices(which, { org_unit_id }),
      (done) => t('devices.moved_many', { count: done }),
    )
  useOfferedActions(
    selecting
      ? [
          ...(can('devices.update')
            ? orgUnits.options.map(({ value, label }) => ({ label: t('devices.move_to', { unit: label }), run: () => move(value) }))
            : []),
          { label: t('table.clear_selection'), run: () => setSelection(nothingSelected) },
        ]
      : [],
  )

  const addButton = mayAdd && (
    <Button variant="primary" onClick={() => void setAdding(true)}>
      <Plus aria-hidden />
      {t('devices.add.title')}
    </Button>
  )

  return (
    <ListPage
      header={
        <PageHeader title={t('nav.devices')}>
          <DevicesViews current="list" />
          {addButton}
        </PageHeader>
      }
      filters={
        <Filters state={filters} searchLabel={t('devices.search')}>
          {can('devices.export') && (
            <ExportButton path="/api/v1/devices/exports" create={() => createDeviceExport({ ...filters.query, sort: sort.value })} />
          )}
          <SavedViews list="devices" />
          <TableOptions columns={columns} />
        </Filters>
      }
    >
      <BulkBar selection={selection} onChange={setSelection} count={count} loaded={rows.length} progress={bulk.progress}>
        <DeviceBulkActions
          count={selection.all ? (count ?? rows.length) : selection.ids.size}
          busy={bulk.busy}
          onMove={move}
          onRemove={() => void bulk.run(selection, removeDevices, (done) => t('devices.removed_many', { count: done }))}
        />
      </BulkBar>
      <DataTable
        label={t('nav.devices')}
        rowLabel={(device) => device.name}
        list={list}
        arrivals={{ count: arrived, show: () => void takeIn() }}
        columns={columns}
        onOpen={(device) => void navigate(`/devices/${device.id}`)}
        sort={sort}
        selection={mayChange ? { value: selection, onChange: setSelection } : undefined}
        filtered={filters.active || filters.filters.size > 0}
        onClearFilters={filters.clear}
        empty={
          <EmptyState icon={Server} title={t('devices.none')} description={mayAdd ? t('devices.none_hint') : t('devices.none_ask')}>
            {addButton}
          </EmptyState>
        }
      />
      <BulkFailures failures={bulk.failures} onClose={bulk.forget} />
      <Suspense>{adding && mayAdd && <AddDevice onClose={() => void setAdding(null)} />}</Suspense>
    </ListPage>
  )
}
