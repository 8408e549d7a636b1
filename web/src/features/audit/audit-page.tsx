import { useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { userChoicesQuery } from '@/features/users/queries'
import { SavedViews } from '@/features/saved-views/saved-views'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { ExportButton } from '@/kit/export-button'
import { useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { formatDateTime } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { AuditDrawer } from './audit-drawer'
import { ChainState } from './chain-state'
import { DateRange, endOfDay, startOfDay } from './date-range'
import { type AuditEntry, auditList, createAuditExport } from './queries'
import { useKindName } from './use-kind-name'

const outcomes = ['success', 'refused', 'failed'] as const
/** What the rows at hand offer to filter by. */
const choicesOf = (rows: readonly AuditEntry[]) => ({
  actions: [...new Set(rows.map((entry) => entry.action))],
  actors: new Map(rows.map((entry) => [entry.actor_id, entry.actor_name ?? entry.actor_id] as const)),
})

export function AuditPage() {
  const { t } = useTranslation()
  const can = useCan()
  const kindName = useKindName()
  const [openId, setOpenId] = useQueryState('entry', parseAsString.withOptions({ history: 'push' }))
  const [more, setMore] = useQueryStates({ from: parseAsString, to: parseAsString, entity: parseAsString })
  // The choices are what the rows and the user list show; what is chosen is shown in any case.
  const [seen, setSeen] = useState<{ actions: readonly string[]; actors: ReadonlyMap<string, string> }>({ actions: [], actors: new Map() })
  const users = useQuery({ ...userChoicesQuery, enabled: can('settings.users.read') }).data?.items ?? []
  const actors = new Map([...users.map(({ id, name }) => [id, name] as const), ...seen.actors])
  const choice = { operators: ['is', 'not'] as const, primary: true }
  const filters = useFilters([
    {
      ...choice,
      id: 'action',
      label: t('settings.audit.action'),
      options: seen.actions.map((action) => ({ value: action, label: action })),
    },
    {
      ...choice,
      id: 'actor',
      param: 'actor_id',
      label: t('settings.audit.actor'),
      options: [...actors].map(([value, label]) => ({ value, label })),
    },
    {
      ...choice,
      id: 'outcome',
      label: t('settings.audit.outcome.label'),
      options: outcomes.map((outcome) => ({ value: outcome, label: t(`settings.audit.outcome.${outcome}`) })),
      closed: true,
    },
  ])
  const wanted = {
    ...filters.query,
    ...(more.entity && { entity_id: more.entity }),
    ...(more.from && { from: startOfDay(more.from) }),
    ...(more.to && { to: endOfDay(more.to) }),
  }
  const { rows, query } = useList(auditList(wanted))
  const news = choicesOf(rows)
  if (news.actions.some((action) => !seen.actions.includes(action)) || [...news.actors.keys()].some((id) => !seen.actors.has(id)))
    setSeen({ actions: [...new Set([...seen.actions, ...news.actions])].toSorted(), actors: new Map([...seen.actors, ...news.actors]) })
  const active = filters.active || Object.values(more).some(Boolean)
  const clear = () => {
    filters.clear()
    void setMore(null)
  }

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
        <Filters
          state={{ ...filters, active, clear }}
          searchLabel={t('settings.audit.search')}
          extra={<DateRange from={more.from} to={more.to} onChange={(range) => void setMore(range)} />}
        >
          {can('audit.export') && <ExportButton path="/api/v1/audit/exports" create={() => createAuditExport(wanted)} />}
          <SavedViews list="audit" />
          <TableOptions columns={columns} />
        </Filters>
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
        filtered={active}
        onClearFilters={clear}
        empty={<EmptyState icon={History} title={t('settings.audit.none')} />}
      />
      <ChainState />
      <AuditDrawer
        id={openId}
        entry={rows.find((entry) => entry.id === openId)}
        pending={query.isPending}
        onClose={() => void setOpenId(null)}
        onFilter={({ actor, entity }) => {
          if (entity) void setMore({ entity })
          const field = filters.fields.find(({ id }) => id === 'actor')
          if (actor && field) filters.set(field, { operator: 'is', values: [actor] })
        }}
      />
    </ListPage>
  )
}
