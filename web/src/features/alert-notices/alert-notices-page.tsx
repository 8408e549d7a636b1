import { useQuery } from '@tanstack/react-query'
import { BellOff, Volume2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { severities, Severity, type SeverityName } from '@/kit/severity'
import { type OwnPreferences, ownPreferencesQuery, useChangePreferences } from '@/lib/own-preferences'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Card } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { playSound } from './sound'

type Way = 'alert_sound' | 'alert_notification'
type Permission = NotificationPermission | 'unsupported'

const permissionNow = (): Permission => ('Notification' in window ? Notification.permission : 'unsupported')

export function AlertNoticesPage() {
  const { t } = useTranslation()
  const query = useQuery(ownPreferencesQuery)
  return (
    <div className="max-w-2xl space-y-4">
      <PageHeader
        title={t('alert_notices.title')}
        crumbs={[{ label: t('account.title'), to: '/account' }]}
        description={t('alert_notices.description')}
      />
      <Loaded query={query}>{(chosen) => <Choice chosen={chosen} />}</Loaded>
    </div>
  )
}

function Choice({ chosen }: { chosen: OwnPreferences }) {
  const { t } = useTranslation()
  const change = useChangePreferences()
  const [permission, setPermission] = useState(permissionNow)
  const toggle = async (way: Way, severity: SeverityName, wanted: boolean) => {
    if (wanted && way === 'alert_sound') playSound(severity === 'critical' || severity === 'high')
    if (wanted && way === 'alert_notification' && permission === 'default') {
      const answer = await Notification.requestPermission()
      setPermission(answer)
      if (answer !== 'granted') return
    }
    const others = chosen[way].filter((other) => other !== severity)
    change.mutate({ [way]: wanted ? [...others, severity] : others })
  }
  const isRefused = permission === 'denied' || permission === 'unsupported'
  const box = (way: Way, severity: SeverityName) => (
    <Checkbox
      aria-label={t(`alert_notices.${way}_of`, { severity: t(`severity.${severity}`) })}
      checked={chosen[way].includes(severity)}
      disabled={change.isPending || (way === 'alert_notification' && isRefused)}
      onCheckedChange={(wanted) => void toggle(way, severity, wanted === true)}
    />
  )
  return (
    <Card className="space-y-4 p-5">
      <table className="w-full">
        <thead>
          <tr className="text-muted text-xs">
            <th scope="col" className="pb-2 text-left font-medium">
              {t('severity.label')}
            </th>
            <th scope="col" className="w-28 pb-2 text-left font-medium">
              {t('alert_notices.sound')}
            </th>
            <th scope="col" className="w-28 pb-2 text-left font-medium">
              {t('alert_notices.desktop')}
            </th>
          </tr>
        </thead>
        <tbody>
          {severities.map((severity) => (
            <tr key={severity} className="border-border border-t">
              <th scope="row" className="h-10 text-left font-normal">
                <Severity value={severity} />
              </th>
              <td>{box('alert_sound', severity)}</td>
              <td>{box('alert_notification', severity)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isRefused && <Notice icon={BellOff}>{t(`alert_notices.${permission}`)}</Notice>}
      <Button onClick={() => playSound(true)}>
        <Volume2 aria-hidden />
        {t('alert_notices.try_sound')}
      </Button>
    </Card>
  )
}
