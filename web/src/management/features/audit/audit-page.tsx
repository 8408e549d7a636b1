import { History } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { auditColumns } from '@/kit/audit-columns'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterChip } from '@/kit/filter-chip'
import { type FilterField, useFilters } from '@/kit/filter-fields'
import { FilterBar } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { useActionName } from '@/lib/action-name'
import { useList } from '@/lib/list'
import { AuditDrawer } from './audit-drawer'
import { type AuditEntry, auditList, tenantName } from './queries'
import { useActorName } from './use-actor-name'

const fields = (['actor', 'tenant'] as const).map((id) => ({ id, param: `${id}_id`, label: id, operators: ['is'] }) satisfies FilterField)

export function AuditPage() {
  const { t } = useTranslation()
  const actionName = useActionName()
  const actorName = useActorName()
  const filters = useFilters(fields)
  const [openId, setOpenId] = useQueryState('entry', parseAsString.withOptions({ history: 'push' }))
  const list = useList(auditList(filters.query))
  const { rows, query } = list
  // The choices are what the rows show.
  const options = {
    actor: [...new Map(rows.map((entry) => [entry.actor_id, actorName(entry)]))].map(([value, label]) => ({ value, label })),
    tenant: [...new Map(rows.map((entry) => [entry.tenant_id ?? '', tenantName(entry)]))]
      .filter(([value]) => value)
      .map(([value, label]) => ({ value, label })),
  }
  const labels = { actor: t('settings.audit.actor'), tenant: t('management.audit.tenant') }
  const columns = useMemo<TableColumn<AuditEntry>[]>(() => {
    const { at, actor, action, address, ago } = auditColumns(t, actionName, actorName)
    const outcome: TableColumn<AuditEntry> = {
      id: 'outcome',
      header: t('settings.audit.outcome.label'),
      width: 110,
      from: 'lg',
      cell: (entry) => t(`settings.audit.outcome.${entry.outcome}`),
    }
    const tenant: TableColumn<AuditEntry> = {
      id: 'tenant',
      header: t('management.audit.tenant'),
      width: 180,
      from: 'md',
      cell: (entry) => <span title={entry.tenant_id ?? undefined}>{tenantName(entry)}</span>,
    }
    return [at, actor, action, tenant, outcome, address, ago]
  }, [t, actionName, actorName])
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
        rowLabel={({ action }) => actionName(action)}
        list={list}
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
