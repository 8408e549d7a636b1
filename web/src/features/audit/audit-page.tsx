import { useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { userSearchQuery } from '@/features/users/queries'
import { SavedViews } from '@/features/saved-views/saved-views'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterBar, FilterChip, SearchFilter } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { formatDateTime } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { AuditDrawer } from './audit-drawer'
import { ChainState } from './chain-state'
import { DateRange, endOfDay, startOfDay } from './date-range'
import { ExportButton } from './export-button'
import { type AuditEntry, type AuditFilters, auditList } from './queries'
import { useKindName } from './use-kind-name'

const outcomes = ['success', 'refused', 'failed'] as const
const filterParsers = {
  search: parseAsString.withDefault(''),
  action: parseAsString,
  actor: parseAsString,
  from: parseAsString,
  to: parseAsString,
  entity: parseAsString,
  outcome: parseAsStringLiteral(outcomes),
}

export function AuditPage() {
  const { t } = useTranslation()
  const can = useCan()
  const kindName = useKindName()
  const [filters, setFilters] = useQueryStates(filterParsers)
  const [openId, setOpenId] = useQueryState('entry', parseAsString.withOptions({ history: 'push' }))
  const wanted: AuditFilters = {
    search: filters.search || undefined,
    action: filters.action ?? undefined,
    actor_id: filters.actor ?? undefined,
    entity_id: filters.entity ?? undefined,
    outcome: filters.outcome ?? undefined,
    from: startOfDay(filters.from),
    to: endOfDay(filters.to),
  }
  const { rows, query } = useList(auditList(wanted))
  const users = useQuery({ ...userSearchQuery(''), enabled: can('settings.users.read') })
  const filtered = Object.values(filters).some(Boolean)
  const clear = () => void setFilters(null)

  // The choices are what the rows and the user list show, and always what is chosen already.
  const actions = [...new Set([...rows.map((entry) => entry.action), ...(filters.action ? [filters.action] : [])])].toSorted()
  const actors = new Map((users.data?.items ?? []).map((user) => [user.id, user.name]))
  for (const entry of rows) if (entry.actor_id) actors.set(entry.actor_id, entry.actor_name ?? entry.actor_id)
  if (filters.actor && !actors.has(filters.actor)) actors.set(filters.actor, filters.actor)

  const columns = useMemo<TableColumn<AuditEntry>[]>(
    () => [
      {
        id: 'at',
        header: t('settings.audit.at'),
        width: 190,
        from: 'md',
        choice: 'locked',
        cell: (entry) => <time dateTime={entry.at}>{formatDateTime(entry.at)}</time>,
      },
      {
        id: 'actor',
        header: t('settings.audit.actor'),
        choice: 'locked',
        cell: (entry) => <span className="font-medium">{entry.actor_name ?? kindName(entry.actor_kind)}</span>,
      },
      {
        id: 'action',
        header: t('settings.audit.action'),
        choice: 'locked',
        cell: (entry) => <span className="font-mono text-xs">{entry.action}</span>,
      },
      { id: 'kind', header: t('settings.audit.kind.label'), width: 110, from: 'lg', cell: (entry) => kindName(entry.actor_kind) },
      { id: 'address', header: t('settings.audit.address'), width: 140, from: 'lg', cell: (entry) => entry.address ?? '—' },
      {
        id: 'entity',
        header: t('settings.audit.entity'),
        width: 300,
        from: 'xl',
        choice: 'hidden',
        cell: (entry) => <span className="font-mono text-xs">{entry.entity_id ?? '—'}</span>,
      },
      { id: 'ago', header: t('settings.audit.ago'), width: 116, cell: (entry) => <RelativeTime at={entry.at} /> },
    ],
    [t, kindName],
  )
  return (
    <ListPage
      header={<PageHeader title={t('settings.audit.title')} crumbs={[{ label: t('nav.settings'), to: '/settings' }]} />}
      filters={
        <FilterBar active={filtered} onClear={clear}>
          <SearchFilter
            value={filters.search}
            onChange={(search) => void setFilters({ search: search || null })}
            label={t('settings.audit.search')}
          />
          {actions.length > 0 && (
            <FilterChip
              label={t('settings.audit.action')}
              options={actions.map((action) => ({ value: action, label: action }))}
              values={filters.action ? [filters.action] : []}
              onChange={([action]) => void setFilters({ action: action ?? null })}
            />
          )}
          {actors.size > 0 && (
            <FilterChip
              label={t('settings.audit.actor')}
              options={[...actors].map(([value, label]) => ({ value, label }))}
              values={filters.actor ? [filters.actor] : []}
              onChange={([actor]) => void setFilters({ actor: actor ?? null })}
            />
          )}
          <FilterChip
            label={t('settings.audit.outcome.label')}
            options={outcomes.map((outcome) => ({ value: outcome, label: t(`settings.audit.outcome.${outcome}`) }))}
            values={filters.outcome ? [filters.outcome] : []}
            onChange={([chosen]) => void setFilters({ outcome: outcomes.find((outcome) => outcome === chosen) ?? null })}
          />
          <DateRange from={filters.from} to={filters.to} onChange={(range) => void setFilters(range)} />
          <div className="ml-auto flex items-center gap-2">
            {can('audit.export') && <ExportButton filters={wanted} />}
            <SavedViews list="audit" />
            <TableOptions columns={columns} />
          </div>
        </FilterBar>
      }
    >
      <DataTable
        label={t('settings.audit.title')}
        rowLabel={(entry) => entry.action}
        rows={rows}
        query={query}
        columns={columns}
        onOpen={(entry) => void setOpenId(entry.id)}
        openId={openId}
        filtered={filtered}
        onClearFilters={clear}
        empty={<EmptyState icon={History} title={t('settings.audit.none')} />}
      />
      <ChainState />
      <AuditDrawer
        id={openId}
        entry={rows.find((entry) => entry.id === openId)}
        pending={query.isPending}
        onClose={() => void setOpenId(null)}
        onFilter={(change) => void setFilters(change)}
      />
    </ListPage>
  )
}
