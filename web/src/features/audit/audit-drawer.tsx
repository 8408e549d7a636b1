import { Filter } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { AuditSheet } from '@/kit/audit-sheet'
import { Definition } from '@/kit/definition-list'
import { Button } from '@/ui/button'
import type { AuditEntry } from './queries'
import { useKindName } from './use-kind-name'

type AuditDrawerProps = {
  id: string | null
  entry: AuditEntry | undefined
  pending: boolean
  onClose: () => void
  /** Offers to narrow the log to the same person or thing. */
  onFilter?: (change: { actor?: string; entity?: string }) => void
}

export function AuditDrawer({ onFilter, ...sheet }: AuditDrawerProps) {
  const { t } = useTranslation()
  const kindName = useKindName()
  const { entry, onClose } = sheet
  const filter =
    onFilter &&
    ((change: { actor?: string; entity?: string }) => {
      onFilter(change)
      onClose()
    })
  return (
    <AuditSheet {...sheet}>
      {entry && (
        <Definition term={t('settings.audit.actor')}>
          <span className="flex flex-wrap items-center gap-x-2">
            {entry.actor_name ?? '—'} <span className="text-muted">{kindName(entry.actor_kind)}</span>
            {filter && entry.actor_id && (
              <Narrow label={t('settings.audit.only_actor')} onClick={() => filter({ actor: entry.actor_id ?? undefined })} />
            )}
          </span>
        </Definition>
      )}
      {entry?.entity_id && (
        <Definition term={t('settings.audit.entity')}>
          <span className="flex flex-wrap items-center gap-x-2">
            <code className="font-mono text-xs break-all">{entry.entity_id}</code>
            {filter && <Narrow label={t('settings.audit.only_entity')} onClick={() => filter({ entity: entry.entity_id ?? undefined })} />}
          </span>
        </Definition>
      )}
    </AuditSheet>
  )
}

function Narrow({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button size="small" variant="link" onClick={onClick}>
      <Filter aria-hidden />
      {label}
    </Button>
  )
}
