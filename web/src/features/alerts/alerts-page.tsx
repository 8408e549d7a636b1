import { useQuery } from '@tanstack/react-query'
import { Check, ShieldCheck } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SavedViews } from '@/features/saved-views/saved-views'
import { BulkBar } from '@/kit/data-table/bulk-bar'
import { BulkFailures } from '@/kit/data-table/bulk-failures'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import { nothingSelected } from '@/kit/data-table/selection'
import type { TableColumn } from '@/kit/data-table/types'
import { usePlace } from '@/kit/data-table/use-place'
import { useSort } from '@/kit/data-table/use-sort'
import { useBulk } from '@/kit/data-table/use-bulk'
import { EmptyState } from '@/kit/empty-state'
import { ExportButton } from '@/kit/export-button'
import { Filters } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { useArrivals } from '@/kit/use-arrivals'
import { useList } from '@/lib/list'
import { leaveForms } from '@/lib/begun'
import { useCan, useIsMember, useMe } from '@/lib/me'
import { useOfferedActions } from '@/lib/page-actions'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { AlertDrawer } from './alert-drawer'
import { AssignMenu } from './assign-menu'
import { CloseMenu } from './close-menu'
import { useAlertFilters } from './alert-filters'
import { useAlertColumns } from './columns'
import { DeviceFilter } from './device-filter'
import {
  type Alert,
  type Verdict,
  acknowledgeMany,
  alertCountQuery,
  alertList,
  assignMany,
  closeMany,
  createAlertExport,
  reopenMany,
  useTriage,
} from './queries'

/** What frames bring is held against ids: they know nobody as `me`. */
const withOwnId = (query: Record<string, unknown>, me: string) => {
  const named = (value: unknown) => (value === 'me' ? me : value)
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value.map(named) : value]))
}

export function AlertsPage() {
  const { t } = useTranslation()
  const can = useCan()
  const filters = useAlertFilters()
  const [device, setDevice] = useQueryState('device', parseAsString)
  const baseColumns = useAlertColumns({ withDevice: true })
  const sort = useSort(baseColumns, '-created_at')
  const [openId, setOpenId] = useQueryState('alert', parseAsString.withOptions({ history: 'push' }))
  const [selection, setSelection] = useState(nothingSelected)
  const [scrolled, setScrolled] = useState(false)
  const triage = useTriage()
  const me = useMe().user.id
  const isMember = useIsMember()
  const filter = { ...withOwnId(filters.query, me), ...(device && { device_id: device }) }
  const list = useList(alertList({ ...filter, sort: sort.value }))
  const { rows: all, arrived: unseen, takeIn } = list
  const selecting = selection.all || selection.ids.size > 0
  const count = useQuery({ ...alertCountQuery(filter), enabled: selecting }).data?.count
  const bulk = useBulk({ invalidates: ['alerts'], filter, onSelection: setSelection })
  const { visible, arrived, show } = useArrivals(all, sort.value === '-created_at' && (scrolled || selecting || openId !== null))
  const mayAcknowledge = can('alerts.acknowledge')
  const mayAssign = can('alerts.assign')
  const mayClose = can('alerts.close')
  const filtered = filters.active || device !== null
  const clear = () => {
    filters.clear()
    void setDevice(null)
  }

  const acknowledgeOne = (alert: Alert) => {
    if (!mayAcknowledge || alert.status !== 'open' || triage.isPending) return
    triage.mutate(
      { id: alert.id, action: 'acknowledge' },
      { onSuccess: () => notify.success(t('alerts.acknowledged_one', { title: alert.title })) },
    )
  }
  const assignToMe = (alert: Alert) => {
    if (!mayAssign || !isMember || triage.isPending) return
    const said = t('alerts.assigned_one', { title: alert.title })
    triage.mutate({ id: alert.id, action: 'assign', user_id: me }, { onSuccess: () => notify.success(said) })
  }
  const assignSelected = (user_id: string | null) =>
    void bulk.run(selection, assignMany(user_id), (done) => t('alerts.assigned_many', { count: done }))
  const closeSelected = (verdict: Verdict) =>
    void bulk.run(selection, closeMany(verdict), (done) => t('alerts.closed_many', { count: done }), {
      label: t('alerts.reopen'),
      call: reopenMany,
      said: (done) => t('alerts.reopened_many', { count: done }),
    })
  const acknowledgeSelected = () => void bulk.run(selection, acknowledgeMany, (done) => t('alerts.acknowledged_many', { count: done }))

  const chosen = selection.all ? (count ?? visible.length) : selection.ids.size
  useOfferedActions(
    selecting
      ? [
          ...(mayAcknowledge ? [{ label: t('alerts.acknowledge_selected', { count: chosen }), run: acknowledgeSelected }] : []),
          { label: t('table.clear_selection'), run: () => setSelection(nothingSelected) },
        ]
      : [],
  )

  const busyId = triage.isPending ? triage.variables.id : undefined
  const columns = useMemo<TableColumn<Alert>[]>(() => {
    if (!mayAcknowledge) return baseColumns
    return [
      ...baseColumns,
      {
        id: 'acknowledge',
        header: t('alerts.actions'),
        width: 76,
        from: 'sm',
        align: 'end',
        choice: 'locked',
        cell: (alert) =>
          alert.status === 'open' && (
            <Button
              size="iconSmall"
              variant="quiet"
              busy={busyId === alert.id}
              aria-label={t('alerts.acknowledge_named', { title: alert.title })}
              title={t('alerts.acknowledge')}
              onClick={() => acknowledgeOne(alert)}
            >
              {busyId !== alert.id && <Check aria-hidden />}
            </Button>
          ),
      },
    ]
    // acknowledgeOne only closes over what is named here.
  }, [baseColumns, mayAcknowledge, busyId, t])

  const neighbour = usePlace(
    visible.map(({ id }) => id),
    openId,
  )
  const step = (by: number) => {
    const next = neighbour(by)
    if (next) leaveForms(() => setOpenId(next, { history: 'replace' }))
  }

  return (
    <ListPage
      header={<PageHeader title={t('nav.alerts')} />}
      filters={
        <Filters
          state={{ ...filters, active: filtered, clear }}
          searchLabel={t('alerts.search')}
          extra={device && <DeviceFilter id={device} onRemove={() => void setDevice(null)} />}
        >
          {can('alerts.export') && (
            <ExportButton path="/api/v1/alerts/exports" create={() => createAlertExport({ ...filter, sort: sort.value })} />
          )}
          <SavedViews list="alerts" />
          <TableOptions columns={columns} />
        </Filters>
      }
    >
      <BulkBar selection={selection} onChange={setSelection} count={count} loaded={visible.length} progress={bulk.progress}>
        {mayAcknowledge && (
          <Button size="small" variant="primary" busy={bulk.busy} onClick={acknowledgeSelected}>
            {t('alerts.acknowledge')}
          </Button>
        )}
        {mayAssign && <AssignMenu busy={bulk.busy} onAssign={assignSelected} />}
        {mayClose && <CloseMenu size="small" busy={bulk.busy} onClose={closeSelected} />}
      </BulkBar>
      <DataTable
        label={t('nav.alerts')}
        rowLabel={(alert) => alert.title}
        list={{ ...list, rows: visible }}
        arrivals={{ count: arrived + unseen, show: () => (unseen > 0 ? void takeIn().then(show) : show()) }}
        columns={columns}
        onOpen={(alert) => void setOpenId(alert.id)}
        openId={openId}
        selection={mayAcknowledge || mayAssign || mayClose ? { value: selection, onChange: setSelection } : undefined}
        sort={sort}
        keys={{ a: acknowledgeOne, m: assignToMe }}
        onScrolledChange={setScrolled}
        filtered={filtered}
        onClearFilters={clear}
        empty={<EmptyState icon={ShieldCheck} title={t('alerts.none_open')} description={t('alerts.none_open_hint')} />}
      />
      <AlertDrawer id={openId} known={all.find((alert) => alert.id === openId)} onClose={() => void setOpenId(null)} onStep={step} />
      <BulkFailures failures={bulk.failures} onClose={bulk.forget} />
    </ListPage>
  )
}
