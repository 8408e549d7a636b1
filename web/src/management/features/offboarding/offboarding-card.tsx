import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { formatBytes, formatDateTime, formatNumber } from '@/lib/format'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { useCan } from '../../lib/me'
import { DecisionDialog } from './decision-dialog'
import { type DecisionName, type Offboarding, offboardingQuery, useMailLinks } from './queries'

/** How far a tenant that leaves has come, and what is decided next. */
export function OffboardingCard({ tenant }: { tenant: { id: string; name: string } }) {
  const { t } = useTranslation()
  const query = useQuery(offboardingQuery(tenant.id))
  return (
    <Card>
      <CardHeader title={t('management.offboarding.title')} description={t('management.offboarding.description')} />
      <div className="border-border space-y-4 border-t p-4">
        <Loaded query={query}>{(offboarding) => <Detail tenant={tenant} offboarding={offboarding} />}</Loaded>
      </div>
    </Card>
  )
}

function Detail({ tenant, offboarding }: { tenant: { id: string; name: string }; offboarding: Offboarding }) {
  const { t } = useTranslation()
  const { archive, delete_after, erased_at, state, deletion_days } = offboarding
  return (
    <>
      <DefinitionList>
        {state !== 'deleted' && (
          <Definition term={t('management.offboarding.archive')}>
            <ArchiveState archive={archive} />
          </Definition>
        )}
        {archive?.state === 'ready' && (
          <>
            <Definition term={t('management.offboarding.size')}>
              {t('management.offboarding.size_of', { bytes: formatBytes(archive.bytes), rows: formatNumber(archive.rows) })}
            </Definition>
            <Definition term={t('management.offboarding.recipients')}>
              {formatNumber(archive.recipients)}
              {archive.links_end_at && (
                <span className="text-muted"> {t('management.offboarding.links_end', { at: formatDateTime(archive.links_end_at) })}</span>
              )}
            </Definition>
            <Definition term={t('management.offboarding.downloads')}>
              {formatNumber(archive.downloads)}
              {archive.downloaded_at && (
                <span className="text-muted">
                  {' · '}
                  <RelativeTime at={archive.downloaded_at} />
                </span>
              )}
            </Definition>
          </>
        )}
        {state === 'deleted' ? (
          <Definition term={t('management.offboarding.erased')}>
            {erased_at ? formatDateTime(erased_at) : t('management.offboarding.erasing')}
          </Definition>
        ) : (
          <Definition term={t('management.offboarding.deletion')}>
            {delete_after
              ? t('management.offboarding.deletion_at', { at: formatDateTime(delete_after) })
              : t('management.offboarding.deletion_none', { formatted: formatNumber(deletion_days), count: deletion_days })}
          </Definition>
        )}
      </DefinitionList>
      {state === 'offboarding' && <Decisions tenant={tenant} offboarding={offboarding} />}
    </>
  )
}

function ArchiveState({ archive }: { archive: Offboarding['archive'] }) {
  const { t } = useTranslation()
  if (!archive) return t('management.offboarding.waiting')
  if (archive.state === 'ready') return <RelativeTime at={archive.ready_at} />
  return (
    <span className="flex items-center gap-2" role="status">
      <progress
        className="accent-accent h-2 w-32"
        value={archive.tables_done}
        max={archive.tables || 1}
        aria-label={t('management.offboarding.archive')}
      />
      <span className="text-muted">
        {t('management.offboarding.making', { done: formatNumber(archive.tables_done), tables: formatNumber(archive.tables) })}
      </span>
    </span>
  )
}

function Decisions({ tenant, offboarding: { archive, delete_after } }: { tenant: { id: string; name: string }; offboarding: Offboarding }) {
  const { t } = useTranslation()
  const can = useCan()
  const mail = useMailLinks(tenant.id)
  const [open, setOpen] = useState<DecisionName | null>(null)
  const isReady = archive?.state === 'ready'
  return (
    <div className="flex flex-wrap gap-2">
      {isReady && can('tenants.update') && (
        <Button
          busy={mail.isPending}
          onClick={() => mail.mutate(undefined, { onSuccess: () => notify.success(t('management.offboarding.mailed')) })}
        >
          {t('management.offboarding.mail')}
        </Button>
      )}
      {can('tenants.offboard') && <Button onClick={() => setOpen('keep')}>{t('management.offboarding.do.keep')}</Button>}
      {can('tenants.delete') && delete_after && (
        <Button variant="primary" onClick={() => setOpen('cancel_deletion')}>
          {t('management.offboarding.do.cancel_deletion')}
        </Button>
      )}
      {can('tenants.delete') && isReady && !delete_after && (
        <Button variant="danger" onClick={() => setOpen('delete')}>
          {t('management.offboarding.do.delete')}
        </Button>
      )}
      <DecisionDialog tenant={tenant} decision={open} onClose={() => setOpen(null)} />
    </div>
  )
}
