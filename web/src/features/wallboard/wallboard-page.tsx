import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { Suspense, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
import { endIdleSession } from '@/lib/api'
import { watchIdle } from '@/lib/idle'
import { later } from '@/lib/later'
import { startLive } from '@/lib/live'
import { useCan, useFeatures, useMe } from '@/lib/me'
import { queryClient } from '@/lib/query-client'
import { useSession } from '@/lib/session'
import { Feed } from './feed'
import { AlertTiles, FleetTiles } from './tiles'
import { Clock, Freshness } from './status'
import { useAwake } from './use-awake'

const SignInAgain = later(() => import('@/features/authentication/sign-in-again'))

/**
 * For a screen on the wall: nothing to press, large figures that change by themselves, dark unless the address says
 * `theme=light`. `org_unit` narrows it. Esc leaves, f fills the screen.
 */
export function WallboardPage() {
  const { t } = useTranslation()
  const can = useCan()
  const { security } = useFeatures()
  const { tenant } = useMe()
  const navigate = useNavigate()
  const [unit] = useQueryState('org_unit', parseAsString)
  const [theme] = useQueryState('theme', parseAsStringLiteral(['dark', 'light']).withDefault('dark'))
  const expired = useSession((state) => state.status === 'expired')
  const place = useOrgUnits().nameOf(unit)
  const org_unit_id = unit ?? undefined
  const seesAlerts = can('alerts.read') && security
  useEffect(() => startLive(queryClient), [])
  useEffect(() => watchIdle(endIdleSession, true), [])
  useAwake()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Escape') void navigate('/')
      if (event.key === 'f') void document.documentElement.requestFullscreen()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [navigate])
  return (
    <main
      data-theme={theme}
      className="bg-background text-text flex h-full flex-col gap-[2vmin] overflow-hidden p-[3vmin] max-sm:overflow-y-auto lg:cursor-none"
    >
      <title>{`${t('wallboard.title')} · Monozu Cloud`}</title>
      <header className="flex flex-wrap items-baseline gap-x-[3vmin] text-[clamp(1rem,3.4vmin,3rem)]">
        <h1 className="min-w-0 flex-1 truncate font-semibold tracking-tight">
          {tenant.name}
          {place && <span className="text-muted"> / {place}</span>}
        </h1>
        <Freshness />
        <Clock />
      </header>
      {seesAlerts && <AlertTiles unit={org_unit_id} />}
      {can('devices.read') && <FleetTiles unit={org_unit_id} />}
      {seesAlerts && <Feed unit={org_unit_id} />}
      <Suspense>{expired && <SignInAgain />}</Suspense>
    </main>
  )
}
