import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { AuditSheet } from '@/kit/audit-sheet'
import { Definition } from '@/kit/definition-list'
import { type AuditEntry, tenantName } from './queries'
import { useActorName } from './use-actor-name'

type AuditDrawerProps = { id: string | null; entry: AuditEntry | undefined; pending: boolean; onClose: () => void }

export function AuditDrawer(sheet: AuditDrawerProps) {
  const { t } = useTranslation()
  const actorName = useActorName()
  const { entry } = sheet
  return (
    <AuditSheet {...sheet}>
      {entry && (
        <>
          <Definition term={t('settings.audit.actor')}>{actorName(entry)}</Definition>
          <Definition term={t('settings.audit.outcome.label')}>{t(`settings.audit.outcome.${entry.outcome}`)}</Definition>
        </>
      )}
      {entry?.tenant_id && (
        <Definition term={t('management.audit.tenant')}>
          <Link to={`/tenants/${entry.tenant_id}`} className="text-accent-text break-words hover:underline">
            {tenantName(entry)}
          </Link>
        </Definition>
      )}
    </AuditSheet>
  )
}
