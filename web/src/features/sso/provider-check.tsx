import { CircleCheck, CircleX, CloudOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '@/kit/form'
import { classNames } from '@/lib/class-names'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { type CheckOutcome, useCheckProvider } from './queries'

const signs = {
  accepted: { icon: CircleCheck, colour: 'text-positive' },
  refused: { icon: CircleX, colour: 'text-critical' },
  other_issuer: { icon: CircleX, colour: 'text-critical' },
  unreachable: { icon: CloudOff, colour: 'text-medium' },
} satisfies Record<CheckOutcome, unknown>

/** Asks the directory with what is saved. */
export function ProviderCheck() {
  const { t } = useTranslation()
  const check = useCheckProvider()
  const outcome = check.data?.outcome
  const sign = outcome && signs[outcome]
  return (
    <Card>
      <CardHeader title={t('sso.check')} description={t('sso.check_hint')}>
        <Button size="small" busy={check.isPending} onClick={() => check.mutate()}>
          {t('sso.check_now')}
        </Button>
      </CardHeader>
      <div role="status" className={outcome && !check.isPending ? 'px-4 pb-4' : undefined}>
        {outcome && sign && !check.isPending && (
          <p className="flex items-start gap-1.5">
            <sign.icon className={classNames('mt-0.5 size-4 shrink-0', sign.colour)} aria-hidden />
            {t(`sso.outcome.${outcome}`)}
          </p>
        )}
      </div>
      {check.error && (
        <div className="px-4 pb-4">
          <ProblemNote error={check.error} className="mt-0" />
        </div>
      )}
    </Card>
  )
}
