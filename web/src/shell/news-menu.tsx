import { useQuery } from '@tanstack/react-query'
import { Bell } from 'lucide-react'
import { Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { latestAlertsQuery } from '@/features/alerts/queries'
import { later } from '@/lib/later'
import { useCan, useFeatures } from '@/lib/me'
import { usePreferences } from '@/lib/preferences'
import { Button } from '@/ui/button'

const load = () => import('./news-list')
const NewsList = later(load)

/** Alerts that came since one last looked; the connection makes them fresh by itself. */
export function NewsMenu() {
  const { t } = useTranslation()
  const can = useCan()
  const { security } = useFeatures()
  const may = can('alerts.read') && security
  const { data } = useQuery({ ...latestAlertsQuery(), enabled: may })
  const { newsSeenAt, setNewsSeenAt } = usePreferences()
  const [open, setOpen] = useState(false)
  if (!may) return null
  const alerts = data?.items ?? []
  const fresh = alerts.filter((alert) => alert.created_at > newsSeenAt)
  const look = () => {
    setOpen(true)
    if (alerts[0]) setNewsSeenAt(alerts[0].created_at)
  }
  const button = (
    <Button
      variant="quiet"
      size="icon"
      className="relative"
      aria-haspopup="menu"
      aria-label={fresh.length > 0 ? t('news.label_new', { count: fresh.length }) : t('news.label')}
      onPointerEnter={() => void load()}
      onClick={look}
    >
      <Bell aria-hidden />
      {fresh.length > 0 && <span aria-hidden className="bg-critical absolute top-1.5 right-1.5 size-2 rounded-full" />}
    </Button>
  )
  if (!open) return button
  return (
    <Suspense fallback={button}>
      <NewsList alerts={alerts} onClose={() => setOpen(false)}>
        {button}
      </NewsList>
    </Suspense>
  )
}
