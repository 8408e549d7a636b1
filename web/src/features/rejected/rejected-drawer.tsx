import { useQuery } from '@tanstack/react-query'
import { PackageCheck, RotateCcw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { EmptyState } from '@/kit/empty-state'
import { RelativeTime } from '@/kit/relative-time'
import { formatBytes } from '@/lib/format'
import { useCan } from '@/lib/me'
import { useWordNames } from '@/lib/word-names'
import { Button } from '@/ui/button'
import { Sheet, SheetContent } from '@/ui/sheet'
import { Skeleton } from '@/ui/skeleton'
import { rejectedQuery, useReplay } from './queries'
import { ReplayState } from './replay-state'

const pollMs = 2_000

export function RejectedDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const nameOf = useWordNames('settings.rejected.reasons')
  const replay = useReplay()
  const { data: record, isError } = useQuery({
    ...rejectedQuery(id ?? ''),
    enabled: id !== null,
    retry: false,
    refetchInterval: ({ state }) => (state.data?.replay_requested_at && !state.error ? pollMs : false),
  })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={t('settings.rejected.one')}>
        {!record && !isError && <Skeleton className="m-5 h-40" />}
        {isError && <EmptyState icon={PackageCheck} title={t('settings.rejected.gone')} description={t('settings.rejected.gone_hint')} />}
        {record && !isError && (
          <div className="space-y-5 p-5">
            <DefinitionList>
              <Definition term={t('settings.rejected.device')}>{record.device_name ?? record.device_id}</Definition>
              <Definition term={t('settings.rejected.reason')}>
                {nameOf(record.error)} <code className="text-muted text-xs">{record.error}</code>
              </Definition>
              <Definition term={t('settings.rejected.detail')}>{record.detail}</Definition>
              <Definition term={t('settings.rejected.state')}>
                <ReplayState record={record} />
              </Definition>
              <Definition term={t('settings.rejected.at')}>
                <RelativeTime at={record.created_at} />
              </Definition>
              <Definition term={t('settings.rejected.size')}>{formatBytes(record.record_bytes)}</Definition>
            </DefinitionList>
            {can('rejected_records.replay') &&
              (record.replayable ? (
                <Button
                  variant="primary"
                  busy={replay.isPending}
                  disabled={record.replay_requested_at !== null}
                  onClick={() => replay.mutate(record.id)}
                >
                  <RotateCcw aria-hidden />
                  {t('settings.rejected.replay')}
                </Button>
              ) : (
                <p className="text-muted text-sm">{t('settings.rejected.not_replayable')}</p>
              ))}
            <section className="space-y-2">
              <h3 className="font-semibold">{t('settings.rejected.record')}</h3>
              <pre className="bg-sunken rounded-md p-3 font-mono text-xs break-all whitespace-pre-wrap">{record.record}</pre>
            </section>
          </div>
        )}
      </SheetContent>
    </Sheet>
  )
}
