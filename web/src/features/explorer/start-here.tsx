import { useQuery } from '@tanstack/react-query'
import { ChartSpline, Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { EmptyState } from '@/kit/empty-state'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { catalogueQuery, deviceChoicesQuery, hasPlace } from './queries'
import type { Question } from './question'

const beginWith = 5
const offered = 8

type StartProps = { question: Question; set: (asked: { device?: string[]; metric?: string[] }) => void }

/** Nothing is asked yet: the next step is one press away. */
export function StartHere({ question, set }: StartProps) {
  const { t } = useTranslation()
  const can = useCan()
  const placed = hasPlace(question)
  const devices = useQuery({ ...deviceChoicesQuery(''), enabled: !placed && can('devices.read') }).data?.items
  const metrics = useQuery(catalogueQuery(question)).data?.items
  if (!placed && devices?.length === 0) {
    return (
      <Card>
        <EmptyState icon={ChartSpline} title={t('devices.none')} description={t('devices.none_hint')}>
          {can('settings.edge_registration_keys.create') && (
            <Button asChild variant="primary">
              <Link to="/devices?add=true">
                <Plus aria-hidden />
                {t('devices.add.title')}
              </Link>
            </Button>
          )}
        </EmptyState>
      </Card>
    )
  }
  if (placed) {
    return (
      <Card>
        <EmptyState
          icon={ChartSpline}
          title={metrics?.length === 0 ? t('explorer.no_metrics') : t('explorer.choose_metrics')}
          description={metrics?.length === 0 ? t('telemetry.none_hint') : t('explorer.choose_metrics_hint')}
        >
          {metrics?.slice(0, offered).map(({ metric }) => (
            <Button key={metric} size="small" onClick={() => set({ metric: [metric] })}>
              {metric}
            </Button>
          ))}
        </EmptyState>
      </Card>
    )
  }
  return (
    <Card>
      <EmptyState icon={ChartSpline} title={t('explorer.start')} description={t('explorer.start_hint')}>
        {devices && (
          <Button variant="primary" onClick={() => set({ device: devices.slice(0, beginWith).map(({ id }) => id) })}>
            {t('explorer.start_with', { count: Math.min(beginWith, devices.length) })}
          </Button>
        )}
      </EmptyState>
    </Card>
  )
}
