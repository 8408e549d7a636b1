import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { TableColumn } from '@/kit/data-table/types'
import { RelativeTime } from '@/kit/relative-time'
import { Severity } from '@/kit/severity'
import { formatNumber } from '@/lib/format'
import { AlertStatus } from './alert-status'
import { usePersonName } from './person'
import type { Alert } from './queries'

export function useAlertColumns({ withDevice }: { withDevice: boolean }): TableColumn<Alert>[] {
  const { t } = useTranslation()
  const personName = usePersonName()
  return useMemo<TableColumn<Alert>[]>(() => {
    const device: TableColumn<Alert> = {
      id: 'device',
      header: t('alerts.device'),
      width: 190,
      from: 'md',
      cell: (alert) => (
        <Link to={`/devices/${alert.device_id}`} tabIndex={-1} className="text-muted hover:text-text hover:underline">
          {alert.device_name}
        </Link>
      ),
    }
    return [
      {
        id: 'severity',
        header: t('severity.label'),
        width: 112,
        narrowWidth: 94,
        choice: 'locked',
        sort: 'severity',
        cell: (alert) => <Severity compact value={alert.severity} />,
      },
      {
        id: 'title',
        header: t('alerts.title_column'),
        choice: 'locked',
        cell: (alert) => (
          <span className={alert.status === 'open' ? 'font-medium' : 'text-muted'}>
            {alert.title}
            {alert.count > 1 && <span className="text-muted ml-1.5 text-xs font-normal">×{formatNumber(alert.count)}</span>}
          </span>
        ),
      },
      ...(withDevice ? [device] : []),
      { id: 'status', header: t('alerts.status.label'), width: 130, from: 'sm', cell: (alert) => <AlertStatus value={alert.status} /> },
      {
        id: 'assignee',
        header: t('alerts.assignee.label'),
        width: 140,
        from: 'lg',
        cell: (alert) => (alert.assigned_to ? personName(alert.assigned_to) : <span className="text-muted">—</span>),
      },
      {
        id: 'verdict',
        header: t('alerts.verdict.label'),
        width: 130,
        from: 'lg',
        choice: 'hidden',
        cell: (alert) => (alert.verdict ? t(`alerts.verdict.${alert.verdict}`) : '—'),
      },
      { id: 'source', header: t('alerts.source_ip'), width: 130, from: 'xl', cell: (alert) => alert.source_ip ?? '—' },
      {
        id: 'destination',
        header: t('alerts.destination_ip'),
        width: 130,
        from: 'xl',
        choice: 'hidden',
        cell: (alert) => alert.destination_ip ?? '—',
      },
      {
        id: 'rule',
        header: t('alerts.rule'),
        width: 160,
        from: 'xl',
        choice: 'hidden',
        cell: (alert) => <span className="font-mono text-xs">{alert.rule ?? '—'}</span>,
      },
      {
        id: 'last_seen',
        header: t('alerts.last_seen'),
        width: 116,
        from: 'sm',
        sort: 'last_seen_at',
        cell: (alert) => <RelativeTime at={alert.last_seen_at} />,
      },
      {
        id: 'first_seen',
        header: t('alerts.first_seen'),
        width: 116,
        from: 'lg',
        sort: 'created_at',
        choice: 'hidden',
        cell: (alert) => <RelativeTime at={alert.first_seen_at} />,
      },
    ]
  }, [t, withDevice, personName])
}
