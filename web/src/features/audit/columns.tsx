import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { TableColumn } from '@/kit/data-table/types'
import { RelativeTime } from '@/kit/relative-time'
import { formatDateTime } from '@/lib/format'
import type { AuditEntry } from './queries'
import { useKindName } from './use-kind-name'

export function useAuditColumns(): TableColumn<AuditEntry>[] {
  const { t } = useTranslation()
  const kindName = useKindName()
  return useMemo<TableColumn<AuditEntry>[]>(
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
}
