import { Filter, History } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Diff } from '@/kit/diff'
import { EmptyState } from '@/kit/empty-state'
import { formatDateTime, timeZone } from '@/lib/format'
import { Button } from '@/ui/button'
import { Sheet, SheetContent } from '@/ui/sheet'
import { Skeleton } from '@/ui/skeleton'
import type { AuditEntry } from './queries'
import { useKindName } from './use-kind-name'

type AuditDrawerProps = {
  id: string | null
  entry: AuditEntry | undefined
  pending: boolean
  onClose: () => void
  onFilter: (change: { actor?: string; entity?: string }) => void
}

export function AuditDrawer({ id, entry, pending, onClose, onFilter }: AuditDrawerProps) {
  const { t } = useTranslation()
  const kindName = useKindName()
  const filter = (change: { actor?: string; entity?: string }) => {
    onFilter(change)
    onClose()
  }
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={entry?.action ?? t('settings.audit.one')}>
        {!entry && pending && <Skeleton className="m-5 h-40" />}
        {!entry && !pending && (
          <EmptyState icon={History} title={t('settings.audit.not_loaded')} description={t('settings.audit.not_loaded_hint')} />
        )}
        {entry && (
          <div className="space-y-5 p-5">
            <DefinitionList>
              <Definition term={t('settings.audit.at')}>
                <time dateTime={entry.at} title={entry.at}>
                  {formatDateTime(entry.at)} ({timeZone})
                </time>
              </Definition>
              <Definition term={t('settings.audit.actor')}>
                <span className="flex flex-wrap items-center gap-x-2">
                  {entry.actor_name ?? '—'} <span className="text-muted">{kindName(entry.actor_kind)}</span>
                  {entry.actor_id && (
                    <Narrow label={t('settings.audit.only_actor')} onClick={() => filter({ actor: entry.actor_id ?? undefined })} />
                  )}
                </span>
              </Definition>
              {entry.entity_id && (
                <Definition term={t('settings.audit.entity')}>
                  <span className="flex flex-wrap items-center gap-x-2">
                    <code className="font-mono text-xs break-all">{entry.entity_id}</code>
                    <Narrow label={t('settings.audit.only_entity')} onClick={() => filter({ entity: entry.entity_id ?? undefined })} />
                  </span>
                </Definition>
              )}
              <Definition term={t('settings.audit.address')}>{entry.address ?? '—'}</Definition>
              <Definition term={t('settings.audit.request')}>
                <code className="font-mono text-xs break-all">{entry.request_id ?? '—'}</code>
              </Definition>
            </DefinitionList>
            <section className="space-y-2">
              <h3 className="font-semibold">{t('settings.audit.changes')}</h3>
              <Diff before={entry.before} after={entry.after} />
            </section>
          </div>
        )}
      </SheetContent>
    </Sheet>
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
