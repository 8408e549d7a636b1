import { useTranslation } from 'react-i18next'
import type { AuditEntry } from './queries'

const nobody = '00000000-0000-0000-0000-000000000000'

/** Who did it: a member of staff, the program itself, or somebody who was not signed in. */
export function useActorName(): (entry: AuditEntry) => string {
  const { t } = useTranslation()
  return ({ actor_name, actor_kind, actor_id }) => {
    if (actor_kind === 'plane') return t('management.audit.plane')
    if (actor_kind === 'tenant') return t('management.audit.by_tenant')
    return actor_name ?? (actor_id === nobody ? t('management.audit.stranger') : actor_id)
  }
}
