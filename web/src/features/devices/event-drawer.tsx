import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '@/kit/copy-button'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Loaded } from '@/kit/loaded'
import { formatDateTime } from '@/lib/format'
import { Sheet, SheetContent } from '@/ui/sheet'
import { EventLevel } from './event-level'
import { eventQuery } from './events'

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

/** All that a device said, field by field. */
export function EventDrawer({ deviceId, id, onClose }: { deviceId: string; id: string | null; onClose: () => void }) {
  const { t } = useTranslation()
  const query = useQuery({ ...eventQuery(deviceId, id ?? ''), enabled: id !== null })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={t('events.one')}>
        <Loaded query={query}>
          {(event) => (
            <article className="space-y-5 p-5">
              <h3 className="text-lg leading-6 font-semibold break-words">{event.summary}</h3>
              <DefinitionList>
                <Definition term={t('events.kind.label')}>{t(`events.kind.${event.kind}`)}</Definition>
                <Definition term={t('events.level')}>
                  <EventLevel level={event.level} />
                </Definition>
                <Definition term={t('events.at')}>
                  <time dateTime={event.at}>{formatDateTime(event.at)}</time>
                </Definition>
                <Definition term={t('events.received_at')}>
                  <time dateTime={event.received_at}>{formatDateTime(event.received_at)}</time>
                </Definition>
              </DefinitionList>
              <section className="space-y-2">
                <h3 className="flex items-center gap-1 font-semibold">
                  {t('events.fields')}
                  <CopyButton text={JSON.stringify(event.data, null, 2)} label={t('events.copy')} />
                </h3>
                <dl className="bg-sunken divide-border divide-y rounded-md px-3">
                  {Object.entries(event.data).map(([name, value]) => (
                    <div key={name} className="py-1.5">
                      <dt className="text-muted text-xs break-all">{name}</dt>
                      <dd className="font-mono text-xs break-words whitespace-pre-wrap">{text(value)}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            </article>
          )}
        </Loaded>
      </SheetContent>
    </Sheet>
  )
}
