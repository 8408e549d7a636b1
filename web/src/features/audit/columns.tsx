import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { auditColumns } from '@/kit/audit-columns'
import type { TableColumn } from '@/kit/data-table/types'
import { useActionName } from '@/lib/action-name'
import type { AuditEntry } from './queries'
import { useKindName } from './use-kind-name'

export function useAuditColumns(): TableColumn<AuditEntry>[] {
  const { t } = useTranslation()
  const kindName = useKindName()
  const actionName = useActionName()
  return useMemo<TableColumn<AuditEntry>[]>(() => {
    const { at, actor, action, address, ago } = auditColumns<AuditEntry>(
      t,
      actionName,
      (entry) => entry.actor_name ?? kindName(entry.actor_kind),
    )
    return [
      at,
      actor,
      action,
      { id: 'kind', header: t('settings.audit.kind.label'), width: 110, from: 'lg', cell: (entry) => kindName(entry.actor_kind) },
      address,
      {
        id: 'entity',
        header: t('settings.audit.entity'),
        width: 300,
        from: 'xl',
        choice: 'hidden',
        cell: (entry) => <span className="font-mono text-xs">{entry.entity_id ?? '—'}</span>,
      },
      ago,
    ]
  }, [t, kindName, actionName])
}
