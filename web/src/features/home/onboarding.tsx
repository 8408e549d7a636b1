import { useQuery } from '@tanstack/react-query'
import { ChevronRight, CircleCheck, CircleDashed, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'
import { notify } from '@/lib/notify'
import { useChangePreferences } from '@/lib/own-preferences'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { onboardingQuery, type Step } from './queries'

const places: Record<Step['step'], string> = {
  org_unit: '/settings/org-units',
  edge_key: '/settings/edge-registration-keys?add=true',
  device: '/devices?add=true',
  telemetry: '/devices',
  second_factor: '/account/two-factor',
  colleague: '/settings/users',
  alert_notice: '/account/alerts',
  provider: '/settings/sso',
}

/** First steps, as far as they are not taken; gone with the last one, or when somebody puts them away. */
export function Onboarding() {
  const { t } = useTranslation()
  const { data } = useQuery(onboardingQuery)
  const change = useChangePreferences()
  if (!data || data.dismissed) return null
  const done = data.steps.filter((step) => step.done).length
  if (done === data.steps.length) return null
  const dismiss = () =>
    change.mutate(
      { onboarding_dismissed: true },
      {
        onSuccess: () =>
          notify.success(t('onboarding.dismissed'), {
            action: { label: t('action.undo'), onClick: () => change.mutate({ onboarding_dismissed: false }) },
          }),
      },
    )
  return (
    <Card aria-labelledby="first-steps">
      <CardHeader
        id="first-steps"
        title={t('onboarding.title')}
        description={t('onboarding.progress', { done: formatNumber(done), total: formatNumber(data.steps.length) })}
      >
        <Button size="iconSmall" variant="quiet" aria-label={t('onboarding.dismiss')} busy={change.isPending} onClick={dismiss}>
          {!change.isPending && <X aria-hidden />}
        </Button>
      </CardHeader>
      <div aria-hidden className="bg-hover mx-4 h-1.5 overflow-hidden rounded-full">
        <div className="bg-positive h-full rounded-full transition-[width]" style={{ width: `${(done / data.steps.length) * 100}%` }} />
      </div>
      <ol className="grid gap-x-4 p-2 sm:grid-cols-2 xl:grid-cols-4">
        {data.steps.map((step) => (
          <li key={step.step}>
            <StepLink {...step} />
          </li>
        ))}
      </ol>
    </Card>
  )
}

function StepLink({ step, done }: Step) {
  const { t } = useTranslation()
  const Icon = done ? CircleCheck : CircleDashed
  return (
    <Link to={places[step]} className="hover:bg-hover group flex items-start gap-2.5 rounded-md p-2">
      <Icon className={classNames('mt-0.5 size-4 shrink-0', done ? 'text-positive' : 'text-muted')} aria-hidden />
      <span className="min-w-0 flex-1">
        <span className={classNames('block font-medium', done && 'text-muted line-through decoration-1')}>
          {t(`onboarding.${step}.title`)}
          <span className="sr-only"> {done ? t('onboarding.done') : t('onboarding.open')}</span>
        </span>
        {!done && <span className="text-muted block text-xs text-pretty">{t(`onboarding.${step}.hint`)}</span>}
      </span>
      <ChevronRight className="text-muted mt-0.5 size-4 opacity-0 group-hover:opacity-100" aria-hidden />
    </Link>
  )
}
