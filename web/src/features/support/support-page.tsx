import { useQuery } from '@tanstack/react-query'
import { Ban, CircleCheck, CircleX, Clock, LifeBuoy, TimerOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/kit/empty-state'
import { Field } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { Status } from '@/kit/status'
import { formatDateTime } from '@/lib/format'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Select } from '@/ui/select'
import { grantsQuery, policyQuery, type SupportGrant, supportPolicies, useDecideSupport, useSetPolicy } from './queries'

const looks = {
  asked: { tone: 'accent', icon: Clock },
  active: { tone: 'medium', icon: CircleCheck },
  refused: { tone: 'neutral', icon: Ban },
  ended: { tone: 'neutral', icon: CircleX },
  expired: { tone: 'neutral', icon: TimerOff },
} as const

/** Who of the platform may come in, and who decides about it. */
export function SupportPage() {
  const { t } = useTranslation()
  const grants = useQuery(grantsQuery)
  return (
    <div className="max-w-3xl space-y-4">
      <PageHeader
        title={t('support.title')}
        crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
        description={t('support.description')}
      />
      <Policy />
      <Loaded query={grants}>
        {({ items }) => (
          <Card className="overflow-hidden">
            {items.length === 0 && <EmptyState icon={LifeBuoy} title={t('support.none')} description={t('support.none_hint')} />}
            {items.length > 0 && (
              <ul aria-label={t('support.title')} className="divide-border divide-y">
                {items.map((grant) => (
                  <Row key={grant.id} grant={grant} />
                ))}
              </ul>
            )}
          </Card>
        )}
      </Loaded>
    </div>
  )
}

function Policy() {
  const { t } = useTranslation()
  const can = useCan()
  const query = useQuery(policyQuery)
  const set = useSetPolicy()
  return (
    <Loaded query={query}>
      {({ support_policy }) => (
        <Card className="p-5">
          <Field label={t('support.policy.label')} hint={t(`support.policy.hint.${support_policy}`)} required>
            {(control) => (
              <Select
                {...control}
                className="max-w-sm"
                value={support_policy}
                disabled={!can('settings.security.update') || set.isPending}
                onValueChange={(policy) => set.mutate(policy, { onSuccess: () => notify.success(t('form.saved')) })}
                options={supportPolicies.map((value) => ({ value, label: t(`support.policy.${value}`) }))}
              />
            )}
          </Field>
        </Card>
      )}
    </Loaded>
  )
}

function Row({ grant }: { grant: SupportGrant }) {
  const { t } = useTranslation()
  const can = useCan()
  const decide = useDecideSupport()
  const { id, state, staff_name, staff_email, reason, mode, hours, expires_at, created_at } = grant
  const mayDecide = can('settings.security.update')
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium break-words">
          {staff_name} <span className="text-muted font-normal">{staff_email}</span>
        </p>
        <p className="break-words">{reason}</p>
        <p className="text-muted text-xs">
          {t(`support.mode.${mode}`)} · {t('support.hours', { count: hours })} · <RelativeTime at={created_at} />
          {state === 'active' && expires_at && <> · {t('support.until', { at: formatDateTime(expires_at) })}</>}
        </p>
      </div>
      <Status {...looks[state]}>{t(`support.state.${state}`)}</Status>
      {mayDecide && state === 'asked' && (
        <span className="flex gap-2">
          <Button size="small" variant="primary" busy={decide.isPending} onClick={() => decide.mutate({ id, decision: 'approve' })}>
            {t('support.approve')}
          </Button>
          <Button size="small" busy={decide.isPending} onClick={() => decide.mutate({ id, decision: 'refuse' })}>
            {t('support.refuse')}
          </Button>
        </span>
      )}
      {mayDecide && state === 'active' && (
        <Button size="small" variant="danger" busy={decide.isPending} onClick={() => decide.mutate({ id, decision: 'end' })}>
          {t('support.end')}
        </Button>
      )}
    </li>
  )
}
