import { useQuery } from '@tanstack/react-query'
import { BellRing, CircleCheck, CircleSlash, RotateCcw, UserRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Timeline, type TimelineEntry } from '@/kit/timeline'
import { usePersonName } from './person'
import { type Alert, type AlertStep, alertHistoryQuery } from './queries'

const icons = { acknowledge: CircleCheck, assign: UserRound, close: CircleSlash, reopen: RotateCcw }

/** From the newest step back to where the device raised it. */
export function AlertHistory({ alert }: { alert: Alert }) {
  const { t } = useTranslation()
  const { data } = useQuery(alertHistoryQuery(alert.id, alert.updated_at))
  const personName = usePersonName()
  const say = ({ action, assigned_to, verdict, ...step }: AlertStep) => {
    const actor = personName(step.actor)
    if (action === 'assign')
      return assigned_to ? t('alerts.step.assign', { actor, to: personName(assigned_to) }) : t('alerts.step.unassign', { actor })
    if (action === 'close') return t('alerts.step.close', { actor, verdict: verdict ? t(`alerts.verdict.${verdict}`) : '—' })
    return t(`alerts.step.${action}`, { actor })
  }
  const entries: TimelineEntry[] = [
    ...(data?.items ?? []).map((step) => ({ id: step.id, icon: icons[step.action], at: step.at, title: say(step), body: step.comment })),
    { id: 'raised', icon: BellRing, at: alert.first_seen_at, title: t('alerts.step.raised', { device: alert.device_name ?? '—' }) },
  ]
  return (
    <section className="border-border space-y-3 border-t pt-4">
      <h3 className="font-semibold">{t('alerts.history')}</h3>
      <Timeline label={t('alerts.history')} entries={entries} />
    </section>
  )
}
