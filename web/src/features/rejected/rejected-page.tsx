import { useQuery } from '@tanstack/react-query'
import { PackageCheck, RotateCcw } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterChip } from '@/kit/filter-chip'
import { FilterBar } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { formatNumber } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { useWordNames } from '@/lib/word-names'
import { Button } from '@/ui/button'
import { type Rejected, reasonsQuery, rejectedList, useReplayReason } from './queries'
import { RejectedDrawer } from './rejected-drawer'
import { ReplayState } from './replay-state'

/** What the ingestor refused, why, and the way to have it examined again. */
export function RejectedPage() {
  const { t } = useTranslation()
  const can = useCan()
  const nameOf = useWordNames('settings.rejected.reasons')
  const [reason, setReason] = useQueryState('reason', parseAsString)
  const [openId, setOpenId] = useQueryState('record', parseAsString.withOptions({ history: 'push' }))
  const list = useList(rejectedList(reason ?? undefined))
  const reasons = useQuery(reasonsQuery)
  const replay = useReplayReason()
  const columns = useMemo<TableColumn<Rejected>[]>(
    () => [
      { id: 'device', header: t('settings.rejected.device'), choice: 'locked', cell: (record) => record.device_name ?? '—' },
      {
        id: 'error',
        header: t('settings.rejected.reason'),
        width: 190,
        narrowWidth: 150,
        cell: (record) => nameOf(record.error),
      },
      { id: 'detail', header: t('settings.rejected.detail'), from: 'lg', cell: (record) => record.detail },
      { id: 'state', header: t('settings.rejected.state'), width: 170, from: 'md', cell: (record) => <ReplayState record={record} /> },
      { id: 'at', header: t('settings.rejected.at'), width: 120, from: 'sm', cell: (record) => <RelativeTime at={record.created_at} /> },
    ],
    [t, nameOf],
  )
  const replayAll = (error: string) =>
    replay.mutate(error, {
      onSuccess: ({ requested }) =>
        notify.success(t('settings.rejected.requested', { count: requested, formatted: formatNumber(requested) })),
    })
  return (
    <ListPage
      header={
        <PageHeader
          title={t('settings.rejected.title')}
          crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
          description={t('settings.rejected.description')}
        >
          {reason && can('rejected_records.replay') && (
            <Button busy={replay.isPending} onClick={() => replayAll(reason)}>
              <RotateCcw aria-hidden />
              {t('settings.rejected.replay_reason')}
            </Button>
          )}
        </PageHeader>
      }
      filters={
        <FilterBar active={reason !== null} onClear={() => void setReason(null)}>
          <FilterChip
            field={{
              id: 'reason',
              label: t('settings.rejected.reason'),
              operators: ['is'],
              options: (reasons.data?.items ?? []).map(({ error, count }) => ({
                value: error,
                label: nameOf(error),
                hint: formatNumber(count),
              })),
            }}
            filter={reason ? { operator: 'is', values: [reason] } : null}
            onChange={(chosen) => void setReason(chosen?.values[0] ?? null)}
          />
        </FilterBar>
      }
    >
      <DataTable
        label={t('settings.rejected.title')}
        rowLabel={(record) => `${record.device_name ?? record.device_id}: ${nameOf(record.error)}`}
        list={list}
        columns={columns}
        onOpen={(record) => void setOpenId(record.id)}
        openId={openId}
        filtered={reason !== null}
        onClearFilters={() => void setReason(null)}
        empty={<EmptyState icon={PackageCheck} title={t('settings.rejected.none')} description={t('settings.rejected.none_hint')} />}
      />
      <RejectedDrawer id={openId} onClose={() => void setOpenId(null)} />
    </ListPage>
  )
}
