import type { TFunction } from 'i18next'
import { formatDateTime } from '@/lib/format'
import type { TableColumn } from './data-table/types'
import { RelativeTime } from './relative-time'

type Entry = { at: string; action: string; address: string | null }

/** What every list of an audit log shows: when, who and what, from where. */
export const auditColumns = <E extends Entry>(t: TFunction, actionName: (action: string) => string, actorName: (entry: E) => string) =>
  ({
    at: {
      id: 'at',
      header: t('settings.audit.at'),
      width: 190,
      from: 'md',
      choice: 'locked',
      cell: ({ at }) => <time dateTime={at}>{formatDateTime(at)}</time>,
    },
    actor: {
      id: 'actor',
      header: t('settings.audit.actor'),
      narrowWidth: 88,
      choice: 'locked',
      cell: (entry) => <span className="font-medium">{actorName(entry)}</span>,
    },
    action: {
      id: 'action',
      header: t('settings.audit.action'),
      choice: 'locked',
      cell: ({ action }) => <span title={action}>{actionName(action)}</span>,
    },
    address: { id: 'address', header: t('settings.audit.address'), width: 140, from: 'lg', cell: ({ address }) => address ?? '—' },
    ago: { id: 'ago', header: t('settings.audit.ago'), width: 116, narrowWidth: 92, cell: ({ at }) => <RelativeTime at={at} /> },
  }) satisfies Record<string, TableColumn<E>>
