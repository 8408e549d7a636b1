import { useQuery } from '@tanstack/react-query'
import { Ban, CircleCheck, CircleX, Clock, LifeBuoy, TimerOff } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { Status } from '@/kit/status'
import { formatDateTime } from '@/lib/format'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { useCan, useMe } from '../../lib/me'
import { AskDialog } from './ask-dialog'
import { type SupportRequest, supportQuery, useEndSupport, useEnter } from './queries'

const looks = {
  asked: { tone: 'accent', icon: Clock },
  active: { tone: 'positive', icon: CircleCheck },
  refused: { tone: 'critical', icon: Ban },
  ended: { tone: 'neutral', icon: CircleX },
  expired: { tone: 'neutral', icon: TimerOff },
} as const

/** Who asked to see this tenant, and the way in for who was let in. */
export function SupportCard({ tenant }: { tenant: { id: string; state: string } }) {
  const { t } = useTranslation()
  const can = useCan()
  const query = useQuery(supportQuery(tenant.id))
  const [asking, setAsking] = useState(false)
  const mayAsk = can('support.ask') && ['active', 'grace'].includes(tenant.state)
  return (
    <Card>
      <CardHeader title={t('management.support.title')}>
        {mayAsk && (
          <Button size="small" onClick={() => setAsking(true)}>
            {t('management.support.ask')}
          </Button>
        )}
      </CardHeader>
      <div className="border-border border-t">
        <Loaded query={query}>
          {({ items, most_hours }) => (
            <>
              {items.length === 0 && <EmptyState icon={LifeBuoy} title={t('management.support.none')} />}
              {items.length > 0 && (
                <ul aria-label={t('management.support.title')} className="divide-border divide-y">
                  {items.map((request) => (
                    <Row key={request.id} request={request} />
                  ))}
                </ul>
              )}
              <AskDialog tenant_id={tenant.id} most={most_hours} open={asking} onClose={() => setAsking(false)} />
            </>
          )}
        </Loaded>
      </div>
    </Card>
  )
}

function Row({ request }: { request: SupportRequest }) {
  const { t } = useTranslation()
  const can = useCan()
  const me = useMe()
  const enter = useEnter()
  const end = useEndSupport()
  const { id, state, staff_id, staff_name, reason, mode, created_at, expires_at } = request
  const go = () => enter.mutate(id, { onSuccess: ({ url }) => void window.open(url, '_blank', 'noopener') })
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2">
      <div className="min-w-0 flex-1 basis-40">
        <p className="break-words">{reason}</p>
        <p className="text-muted text-xs">
          {staff_name} · {t(`management.support.mode.${mode}`)} · <RelativeTime at={created_at} />
          {state === 'active' && expires_at && <> · {t('management.support.until', { at: formatDateTime(expires_at) })}</>}
        </p>
      </div>
      <Status {...looks[state]}>{t(`management.support.state.${state}`)}</Status>
      {state === 'active' && staff_id === me.id && (
        <Button size="small" variant="primary" busy={enter.isPending} onClick={go}>
          {t('management.support.enter')}
        </Button>
      )}
      {(state === 'active' || state === 'asked') && can('support.ask') && (
        <Button size="small" busy={end.isPending} onClick={() => end.mutate(id)}>
          {t('management.support.end')}
        </Button>
      )}
    </li>
  )
}
