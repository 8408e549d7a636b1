import { Network } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterBar, SearchFilter } from '@/kit/filters'
import { RelativeTime } from '@/kit/relative-time'
import { useList } from '@/lib/list'
import { Badge } from '@/ui/badge'
import { Card } from '@/ui/card'
import { type Discovery, discoveryList } from './queries'

export default function Neighbours({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation()
  const [search, setSearch] = useQueryState('neighbour', parseAsString.withDefault(''))
  const list = useList(discoveryList({ device_id: deviceId, search: search || undefined }))
  const columns = useMemo<TableColumn<Discovery>[]>(
    () => [
      {
        id: 'ip',
        header: t('discoveries.ip'),
        width: 140,
        choice: 'locked',
        cell: (found) => <span className="font-medium">{found.ip}</span>,
      },
      { id: 'hostname', header: t('discoveries.hostname'), from: 'md', cell: (found) => found.hostname ?? '—' },
      {
        id: 'vendor',
        header: t('discoveries.vendor'),
        from: 'sm',
        cell: (found) => [found.vendor, found.model].filter(Boolean).join(' ') || '—',
      },
      { id: 'ports', header: t('discoveries.ports'), cell: (found) => <Ports ports={found.open_ports} /> },
      {
        id: 'mac',
        header: t('discoveries.mac'),
        width: 160,
        from: 'lg',
        cell: (found) => <span className="font-mono text-xs">{found.mac ?? '—'}</span>,
      },
      {
        id: 'firmware',
        header: t('discoveries.firmware'),
        width: 120,
        from: 'lg',
        choice: 'hidden',
        cell: (found) => found.firmware ?? '—',
      },
      {
        id: 'first_seen',
        header: t('discoveries.first_seen'),
        width: 130,
        from: 'xl',
        cell: (found) => <RelativeTime at={found.first_seen_at} />,
      },
      {
        id: 'last_seen',
        header: t('discoveries.last_seen'),
        width: 130,
        from: 'md',
        cell: (found) => <RelativeTime at={found.last_seen_at} />,
      },
    ],
    [t],
  )
  const clear = () => void setSearch(null)
  return (
    <div className="space-y-3">
      <FilterBar active={search !== ''} onClear={clear}>
        <SearchFilter value={search} onChange={(value) => void setSearch(value || null)} label={t('discoveries.search')} />
        <div className="ml-auto">
          <TableOptions columns={columns} />
        </div>
      </FilterBar>
      <Card className="flex max-h-[68vh] flex-col overflow-hidden">
        <DataTable
          label={t('devices.tab.neighbours')}
          rowLabel={(found) => found.ip}
          list={list}
          columns={columns}
          filtered={search !== ''}
          onClearFilters={clear}
          empty={<EmptyState icon={Network} title={t('discoveries.none')} description={t('discoveries.none_hint')} />}
        />
      </Card>
    </div>
  )
}

const shownPorts = 6

function Ports({ ports }: { ports: Discovery['open_ports'] }) {
  if (ports.length === 0) return '—'
  const name = (port: Discovery['open_ports'][number]) => `${port.port}/${port.protocol}${port.service ? ` ${port.service}` : ''}`
  return (
    <span className="flex gap-1 overflow-hidden" title={ports.map(name).join('\n')}>
      {ports.slice(0, shownPorts).map((port) => (
        <Badge key={`${port.port}${port.protocol}`}>
          {port.port}
          {port.service && <span className="font-normal">{port.service}</span>}
        </Badge>
      ))}
      {ports.length > shownPorts && <Badge>+{ports.length - shownPorts}</Badge>}
    </span>
  )
}
