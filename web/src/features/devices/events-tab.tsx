import { ScrollText } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { useRange } from '@/kit/range'
import { RangePicker } from '@/kit/range-picker'
import { RelativeTime } from '@/kit/relative-time'
import { formatDateTime } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan, useFeatures } from '@/lib/me'
import { Card } from '@/ui/card'
import { EventDrawer } from './event-drawer'
import { EventLevel } from './event-level'
import { type DeviceEvent, eventList } from './events'

/** What the device reported besides telemetry: its logs, and what else one may see of it. */
export default function Events({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation()
  const can = useCan()
  const features = useFeatures()
  const [range, setRange] = useRange('7d')
  const [openId, setOpenId] = useQueryState('event', parseAsString.withOptions({ history: 'push' }))
  const kinds = [
    'log' as const,
    ...(can('alerts.read') && features.security ? (['security_alert'] as const) : []),
    ...(can('discoveries.read') ? (['discovery'] as const) : []),
    'backup_event' as const,
    ...(can('vpn.sessions.read') && features.vpn ? (['vpn_session'] as const) : []),
  ]
  const filters = useFilters([
    {
      id: 'kind',
      label: t('events.kind.label'),
      operators: ['is'],
      multiple: true,
      options: kinds.map((kind) => ({ value: kind, label: t(`events.kind.${kind}`) })),
      closed: true,
      primary: true,
    },
  ])
  const list = useList(eventList(deviceId, filters.query, range))
  const columns = useMemo<TableColumn<DeviceEvent>[]>(
    () => [
      {
        id: 'at',
        header: t('events.at'),
        width: 190,
        from: 'lg',
        choice: 'locked',
        cell: (event) => <time dateTime={event.at}>{formatDateTime(event.at)}</time>,
      },
      { id: 'kind', header: t('events.kind.label'), width: 130, from: 'md', cell: (event) => t(`events.kind.${event.kind}`) },
      { id: 'level', header: t('events.level'), width: 110, narrowWidth: 88, cell: (event) => <EventLevel level={event.level} /> },
      {
        id: 'summary',
        header: t('events.summary'),
        choice: 'locked',
        cell: (event) => <span title={event.summary}>{event.summary}</span>,
      },
      { id: 'source', header: t('events.source'), width: 170, from: 'lg', cell: (event) => event.source ?? '—' },
      { id: 'ago', header: t('events.ago'), width: 116, from: 'sm', cell: (event) => <RelativeTime at={event.at} /> },
    ],
    [t],
  )
  return (
    <div className="space-y-3">
      <Filters state={filters} searchLabel={t('events.search')}>
        <RangePicker value={range} onChange={setRange} />
        <TableOptions columns={columns} />
      </Filters>
      <Card className="flex max-h-[68vh] flex-col overflow-hidden">
        <DataTable
          label={t('devices.tab.events')}
          rowLabel={(event) => event.summary}
          list={list}
          columns={columns}
          onOpen={(event) => void setOpenId(event.id)}
          openId={openId}
          filtered={filters.active}
          onClearFilters={filters.clear}
          empty={<EmptyState icon={ScrollText} title={t('events.none')} description={t('events.none_hint')} />}
        />
      </Card>
      <EventDrawer deviceId={deviceId} id={openId} onClose={() => void setOpenId(null)} />
    </div>
  )
}
