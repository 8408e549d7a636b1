import { CircleCheck, CircleX, Clock, Send } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/kit/empty-state'
import { RelativeTime } from '@/kit/relative-time'
import { RowList } from '@/kit/row-list'
import { Status } from '@/kit/status'
import { useList } from '@/lib/list'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { useCan } from '../../lib/me'
import { type Delivery, deliveryList, useRedeliver } from './queries'

const looks = {
  queued: { tone: 'accent', icon: Clock },
  delivered: { tone: 'positive', icon: CircleCheck },
  failed: { tone: 'critical', icon: CircleX },
} as const

/** What the Cloud was told about a tenant, and whether it heard. */
export function Deliveries({ tenant_id }: { tenant_id: string }) {
  const { t } = useTranslation()
  const { rows, query } = useList(deliveryList(tenant_id))
  return (
    <section aria-label={t('management.deliveries.title')} className="space-y-2">
      <h2 className="text-sm font-semibold">{t('management.deliveries.title')}</h2>
      <RowList
        label={t('management.deliveries.title')}
        rows={rows}
        query={query}
        empty={<EmptyState icon={Send} title={t('management.deliveries.none')} />}
      >
        {(delivery) => <Row key={delivery.id} delivery={delivery} />}
      </RowList>
    </section>
  )
}

function Row({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation()
  const can = useCan()
  const redeliver = useRedeliver()
  const failure = [delivery.last_status, delivery.last_error].filter((part) => part !== null).join(' ')
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <span className="min-w-0 flex-1 basis-40">
        <code className="font-mono text-xs">{delivery.kind}</code>
        {delivery.state !== 'delivered' && failure && <span className="text-muted block text-xs break-words">{failure}</span>}
      </span>
      <Status {...looks[delivery.state]}>{t(`management.deliveries.state.${delivery.state}`)}</Status>
      <span className="text-muted text-xs">
        <RelativeTime at={delivery.delivered_at ?? delivery.created_at} />
      </span>
      {can('deliveries.redeliver') && delivery.state !== 'queued' && (
        <Button
          size="small"
          busy={redeliver.isPending}
          onClick={() => redeliver.mutate(delivery.id, { onSuccess: () => notify.success(t('management.deliveries.again_done')) })}
        >
          {t('management.deliveries.again')}
        </Button>
      )}
    </li>
  )
}
