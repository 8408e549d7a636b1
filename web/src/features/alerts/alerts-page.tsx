import { ArrowUp, Check, ShieldCheck, X } from 'lucide-react'
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { SavedViews } from '@/features/saved-views/saved-views'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { Selection, TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterBar, FilterChip, SearchFilter } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { severities } from '@/kit/severity'
import { useArrivals } from '@/kit/use-arrivals'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { AlertDrawer } from './alert-drawer'
import { BulkFailures, type NamedFailure } from './bulk-failures'
import { useAlertColumns } from './columns'
import { DeviceFilter } from './device-filter'
import { type Alert, alertList, useAcknowledge } from './queries'

const statuses = ['open', 'acknowledged', 'closed'] as const

const filterParsers = {
  search: parseAsString.withDefault(''),
  status: parseAsStringLiteral([...statuses, 'all']).withDefault('open'),
  severity: parseAsArrayOf(parseAsStringLiteral(severities)).withDefault([]),
  device: parseAsString,
  org_unit: parseAsString,
}

export function AlertsPage() {
  const { t } = useTranslation()
  const can = useCan()
  const orgUnits = useOrgUnits()
  const [filters, setFilters] = useQueryStates(filterParsers)
  const [openId, setOpenId] = useQueryState('alert', parseAsString.withOptions({ history: 'push' }))
  const [selection, setSelection] = useState<Selection>({})
  const [scrolled, setScrolled] = useState(false)
  const [failures, setFailures] = useState<NamedFailure[]>([])
  const acknowledge = useAcknowledge()
  const { rows: all, query } = useList(
    alertList({
      status: filters.status === 'all' ? undefined : filters.status,
      severity: filters.severity.length > 0 ? filters.severity : undefined,
      search: filters.search || undefined,
      device_id: filters.device ?? undefined,
      org_unit_id: filters.org_unit ?? undefined,
    }),
  )
  const selected = Object.keys(selection)
  const { visible, arrived, show } = useArrivals(all, scrolled || selected.length > 0 || openId !== null)
  const mayAcknowledge = can('alerts.acknowledge')
  const filtered =
    filters.search !== '' ||
    filters.status !== 'open' ||
    filters.severity.length > 0 ||
    filters.device !== null ||
    filters.org_unit !== null
  const clear = () => void setFilters(null)

  const acknowledgeOne = (alert: Alert) => {
    if (!mayAcknowledge || alert.status !== 'open' || acknowledge.isPending) return
    acknowledge.mutate({ ids: [alert.id] }, { onSuccess: () => notify.success(t('alerts.acknowledged_one', { title: alert.title })) })
  }
  const acknowledgeSelected = () =>
    acknowledge.mutate(
      { ids: selected },
      {
        onSuccess: ({ done, failures: refused }) => {
          setSelection(Object.fromEntries(refused.map(({ id }) => [id, true as const])))
          if (done.length > 0) notify.success(t('alerts.acknowledged_many', { count: done.length }))
          setFailures(refused.map(({ id, error }) => ({ id, error, title: all.find((alert) => alert.id === id)?.title ?? id })))
        },
      },
    )

  const baseColumns = useAlertColumns({ withDevice: true })
  const busyId = acknowledge.isPending ? acknowledge.variables.ids[0] : undefined
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

  const step = (by: number) => {
    const next = visible[visible.findIndex((alert) => alert.id === openId) + by]
    if (next) void setOpenId(next.id, { history: 'replace' })
  }

  return (
    <ListPage
      header={<PageHeader title={t('nav.alerts')} />}
      filters={
        <FilterBar active={filtered} onClear={clear}>
          <SearchFilter
            value={filters.search}
            onChange={(search) => void setFilters({ search: search || null })}
            label={t('alerts.search')}
          />
          <FilterChip
            label={t('alerts.status.label')}
            options={statuses.map((status) => ({ value: status, label: t(`alerts.status.${status}`) }))}
            values={filters.status === 'all' ? [] : [filters.status]}
            onChange={([status]) => void setFilters({ status: status ?? 'all' })}
          />
          <FilterChip
            multiple
            label={t('severity.label')}
            options={severities.map((severity) => ({ value: severity, label: t(`severity.${severity}`) }))}
            values={filters.severity}
            onChange={(severity) => void setFilters({ severity: severity.length > 0 ? severity : null })}
          />
          {orgUnits.options.length > 0 && (
            <FilterChip
              label={t('devices.org_unit')}
              options={orgUnits.options}
              values={filters.org_unit ? [filters.org_unit] : []}
              onChange={([unit]) => void setFilters({ org_unit: unit ?? null })}
            />
          )}
          {filters.device && <DeviceFilter id={filters.device} onRemove={() => void setFilters({ device: null })} />}
          <div className="ml-auto flex items-center gap-2">
            <SavedViews list="alerts" />
            <TableOptions columns={columns} />
          </div>
        </FilterBar>
      }
    >
      {selected.length > 0 && (
        <div
          role="toolbar"
          aria-label={t('table.selection')}
          className="border-border bg-accent-soft flex items-center gap-2 border-b px-3 py-1.5"
        >
          <span className="text-accent-text flex-1 font-medium">{t('table.selected', { count: selected.length })}</span>
          <Button size="small" variant="primary" busy={acknowledge.isPending} onClick={acknowledgeSelected}>
            {t('alerts.acknowledge')}
          </Button>
          <Button size="iconSmall" variant="quiet" aria-label={t('table.clear_selection')} onClick={() => setSelection({})}>
            <X aria-hidden />
          </Button>
        </div>
      )}
      <div role="status" className="pointer-events-none absolute inset-x-0 top-10 z-20 flex justify-center">
        {arrived > 0 && (
          <button
            type="button"
            onClick={show}
            className="bg-accent text-accent-contrast shadow-floating animate-rise-in pointer-events-auto flex h-7 items-center gap-1.5 rounded-full px-3 text-xs font-medium"
          >
            <ArrowUp className="size-3.5" aria-hidden />
            {t('alerts.arrived', { count: arrived })}
          </button>
        )}
      </div>
      <DataTable
        label={t('nav.alerts')}
        rowLabel={(alert) => alert.title}
        rows={visible}
        query={query}
        columns={columns}
        onOpen={(alert) => void setOpenId(alert.id)}
        openId={openId}
        selection={mayAcknowledge ? { value: selection, onChange: setSelection } : undefined}
        keys={{ a: acknowledgeOne }}
        onScrolledChange={setScrolled}
        filtered={filtered}
        onClearFilters={clear}
        empty={<EmptyState icon={ShieldCheck} title={t('alerts.none_open')} description={t('alerts.none_open_hint')} />}
      />
      <AlertDrawer
        id={openId}
        known={all.find((alert) => alert.id === openId)}
        mayAcknowledge={mayAcknowledge}
        onClose={() => void setOpenId(null)}
        onStep={step}
      />
      <BulkFailures failures={failures} onClose={() => setFailures([])} />
    </ListPage>
  )
}
