import { useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { userChoicesQuery } from '@/features/users/queries'
import { SavedViews } from '@/features/saved-views/saved-views'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import { EmptyState } from '@/kit/empty-state'
import { ExportButton } from '@/kit/export-button'
import { useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { useActionName } from '@/lib/action-name'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { AuditDrawer } from './audit-drawer'
import { ChainState } from './chain-state'
import { useAuditColumns } from './columns'
import { useActionOffer } from './use-action-offer'
import { DateRange, endOfDay, startOfDay } from './date-range'
import { type AuditEntry, auditList, createAuditExport } from './queries'

const outcomes = ['success', 'refused', 'failed'] as const
const actorsOf = (rows: readonly AuditEntry[]) =>
  new Map(rows.map((entry) => [entry.actor_id, entry.actor_name ?? entry.actor_id] as const))

export function AuditPage() {
  const { t } = useTranslation()
  const can = useCan()
  const actionName = useActionName()
  const [openId, setOpenId] = useQueryState('entry', parseAsString.withOptions({ history: 'push' }))
  const [more, setMore] = useQueryStates({ from: parseAsString, to: parseAsString, entity: parseAsString })
  // Those whom the user list does not have, such as programs and who left, are offered once a row shows them.
  const [seen, setSeen] = useState<ReadonlyMap<string, string>>(new Map())
  const users = useQuery({ ...userChoicesQuery, enabled: can('settings.users.read') }).data?.items ?? []
  const actors = new Map([...users.map(({ id, name }) => [id, name] as const), ...seen])
  const choice = { operators: ['is', 'not'] as const, primary: true }
  const filters = useFilters([
    { ...choice, id: 'action', label: t('settings.audit.action'), useOffer: useActionOffer },
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
  const list = useList(auditList(wanted))
  const { rows, query } = list
  const news = actorsOf(rows)
  if ([...news.keys()].some((id) => !seen.has(id))) setSeen(new Map([...seen, ...news]))
  const active = filters.active || Object.values(more).some(Boolean)
  const clear = () => {
    filters.clear()
    void setMore(null)
  }

  const columns = useAuditColumns()
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
        rowLabel={(entry) => actionName(entry.action)}
        list={list}
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
