import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { latestAlertsQuery } from '@/features/alerts/queries'
import { RelativeTime } from '@/kit/relative-time'
import { severityIcons, type SeverityName } from '@/kit/severity'

const colours: Record<SeverityName, string> = { critical: 'text-critical', high: 'text-high', medium: 'text-medium', low: 'text-low' }

/** The newest open alerts, as many as fit. */
export function Feed({ unit }: { unit: string | undefined }) {
  const { t } = useTranslation()
  const { data } = useQuery(latestAlertsQuery(unit))
  const alerts = data?.items ?? []
  return (
    <section aria-label={t('home.latest_alerts')} className="min-h-0 flex-1 overflow-hidden">
      <h2 className="text-muted mb-[1vmin] text-[clamp(0.875rem,2.4vmin,2rem)] font-medium">{t('home.latest_alerts')}</h2>
      {data && alerts.length === 0 && <p className="text-muted text-[clamp(1rem,3vmin,2.5rem)]">{t('alerts.none_open')}</p>}
      <ul className="divide-border divide-y text-[clamp(1rem,3vmin,2.5rem)]">
        {alerts.map((alert) => {
          const Icon = severityIcons[alert.severity]
          return (
            <li key={alert.id} className="flex items-center gap-[2vmin] py-[0.8vmin]">
              <Icon className={`size-[1em] shrink-0 ${colours[alert.severity]}`} aria-hidden />
              <span className="sr-only">{t(`severity.${alert.severity}`)}</span>
              <span className="min-w-0 flex-1 truncate font-medium">{alert.title}</span>
              <span className="text-muted max-w-[30vw] truncate max-sm:hidden">{alert.device_name}</span>
              <span className="text-muted shrink-0 tabular-nums">
                <RelativeTime at={alert.last_seen_at} />
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
