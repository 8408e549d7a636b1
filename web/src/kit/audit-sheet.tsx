import { History } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useActionName } from '@/lib/action-name'
import { formatDateTime, timeZone } from '@/lib/format'
import { Sheet, SheetContent } from '@/ui/sheet'
import { Skeleton } from '@/ui/skeleton'
import { Definition, DefinitionList } from './definition-list'
import { Diff } from './diff'
import { EmptyState } from './empty-state'

type Entry = {
  action: string
  at: string
  address: string | null
  request_id: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

type AuditSheetProps = {
  id: string | null
  entry: Entry | undefined
  pending: boolean
  onClose: () => void
  /** Who did it and to what, as this console tells it. */
  children: ReactNode
}

/** One entry of an audit log: when, who and what, from where, and what it changed. */
export function AuditSheet({ id, entry, pending, onClose, children }: AuditSheetProps) {
  const { t } = useTranslation()
  const actionName = useActionName()
  const name = entry && actionName(entry.action)
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={name ?? t('settings.audit.one')}>
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
              {children}
              {name !== entry.action && (
                <Definition term={t('settings.audit.action')}>
                  <code className="font-mono text-xs">{entry.action}</code>
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
