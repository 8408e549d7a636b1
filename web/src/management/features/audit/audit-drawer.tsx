import { History } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Diff } from '@/kit/diff'
import { EmptyState } from '@/kit/empty-state'
import { formatDateTime, timeZone } from '@/lib/format'
import { Sheet, SheetContent } from '@/ui/sheet'
import { Skeleton } from '@/ui/skeleton'
import type { AuditEntry } from './queries'
import { useActorName } from './use-actor-name'

type AuditDrawerProps = { id: string | null; entry: AuditEntry | undefined; pending: boolean; onClose: () => void }

export function AuditDrawer({ id, entry, pending, onClose }: AuditDrawerProps) {
  const { t } = useTranslation()
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={entry?.action ?? t('settings.audit.one')}>
        {entry && <Entry entry={entry} />}
        {!entry && pending && <Skeleton className="m-5 h-40" />}
        {!entry && !pending && (
          <EmptyState icon={History} title={t('settings.audit.not_loaded')} description={t('settings.audit.not_loaded_hint')} />
        )}
      </SheetContent>
    </Sheet>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation()
  const actorName = useActorName()
  return (
    <div className="space-y-5 p-5">
      <DefinitionList>
        <Definition term={t('settings.audit.at')}>
          <time dateTime={entry.at} title={entry.at}>
            {formatDateTime(entry.at)} ({timeZone})
          </time>
        </Definition>
        <Definition term={t('settings.audit.actor')}>{actorName(entry)}</Definition>
        <Definition term={t('settings.audit.outcome.label')}>{t(`settings.audit.outcome.${entry.outcome}`)}</Definition>
        {entry.tenant_id && (
          <Definition term={t('management.audit.tenant')}>
            <Link to={`/tenants/${entry.tenant_id}`} className="text-accent-text font-mono text-xs break-all hover:underline">
              {entry.tenant_id}
            </Link>
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
  )
}
