import { History } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterChip } from '@/kit/filter-chip'
import { type FilterField, useFilters } from '@/kit/filter-fields'
import { FilterBar } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { formatDateTime } from '@/lib/format'
import { useList } from '@/lib/list'
import { AuditDrawer } from './audit-drawer'
import { type AuditEntry, auditList } from './queries'
import { useActorName } from './use-actor-name'

const fields = (['actor', 'tenant'] as const).map((id) => ({ id, param: `${id}_id`, label: id, operators: ['is'] }) satisfies FilterField)

export function AuditPage() {
  const { t } = useTranslation()
  const actorName = useActorName()
  const filters = useFilters(fields)
  const [openId, setOpenId] = useQueryState('entry', parseAsString.withOptions({ history: 'push' }))
  const { rows, query } = useList(auditList(filters.query))
  // The choices are what the rows show.
  const options = {
    actor: [...new Map(rows.map((entry) => [entry.actor_id, actorName(entry)]))].map(([value, label]) => ({ value, label })),
    tenant: [...new Set(rows.flatMap(({ tenant_id }) => tenant_id ?? []))].map((value) => ({ value, label: value })),
  }
  const labels = { actor: t('settings.audit.actor'), tenant: t('management.audit.tenant') }
  const columns = useMemo<TableColumn<AuditEntry>[]>(
    () => [
      {
        id: 'at',
        header: t('settings.audit.at'),
        width: 190,
        from: 'md',
        choice: 'locked',
        cell: ({ at }) => <time dateTime={at}>{formatDateTime(at)}</time>,
      },
      {
        id: 'actor',
        header: t('settings.audit.actor'),
        choice: 'locked',
        cell: (entry) => <span className="font-medium">{actorName(entry)}</span>,
      },
      {
        id: 'action',
        header: t('settings.audit.action'),
        choice: 'locked',
        cell: ({ action }) => <span className="font-mono text-xs">{action}</span>,
      },
      {
        id: 'outcome',
        header: t('settings.audit.outcome.label'),
        width: 110,
        from: 'lg',
        cell: ({ outcome }) => t(`settings.audit.outcome.${outcome}`),
      },
      { id: 'address', header: t('settings.audit.address'), width: 140, from: 'lg', cell: ({ address }) => address ?? '—' },
      { id: 'ago', header: t('settings.audit.ago'), width: 116, cell: ({ at }) => <RelativeTime at={at} /> },
    ],
    [t, actorName],
  )
  return (
    <ListPage
      header={<PageHeader title={t('management.audit.title')} description={t('management.audit.description')} />}
      filters={
        <FilterBar active={filters.active} onClear={filters.clear} end={<TableOptions columns={columns} />}>
          {fields.map((field) => (
            <FilterChip
              key={field.id}
              field={{ ...field, label: labels[field.id], options: options[field.id] }}
              filter={filters.filters.get(field.id) ?? null}
              onChange={(filter) => filters.set(field, filter)}
            />
          ))}
        </FilterBar>
      }
    >
      <DataTable
        label={t('management.audit.title')}
        rowLabel={({ action }) => action}
        rows={rows}
        query={query}
        columns={columns}
        onOpen={({ id }) => void setOpenId(id)}
        openId={openId}
        filtered={filters.active}
        onClearFilters={filters.clear}
        empty={<EmptyState icon={History} title={t('settings.audit.none')} />}
      />
      <AuditDrawer
        id={openId}
        entry={rows.find(({ id }) => id === openId)}
        pending={query.isPending}
        onClose={() => void setOpenId(null)}
      />
    </ListPage>
  )
}
