import { Suspense, useEffect } from 'react'
import { endIdleSession } from '@/lib/api'
import { watchIdle } from '@/lib/idle'
import { later } from '@/lib/later'
import { startLive } from '@/lib/live'
import { useCan, useFeatures } from '@/lib/me'
import { queryClient } from '@/lib/query-client'
import { useSession } from '@/lib/session'
import { useUnit, withinUnit } from '@/lib/unit'
import { Layout } from './layout'
import { useDestinations, useSettingsPages } from './navigation'
import { closeShellPanel, useShellPanel } from './panels'
import { Sidebar } from './sidebar'
import { TopBar } from './top-bar'
import { useLoadedLater } from './use-loaded-later'
import { useShellKeys } from './use-shell-keys'

const loadPalette = () => import('./palette')
const Palette = later(loadPalette)
const Shortcuts = later(() => import('./shortcuts'))
const AlertNotices = later(() => import('@/features/alert-notices/alert-notices'))
const FavouriteKeeper = later(() => import('./favourite-keeper'))
const SupportBanner = later(() => import('@/features/support/support-banner'))
const GraceBanner = later(() => import('@/features/organization/grace-banner'))
const SignInAgain = later(() => import('@/features/authentication/sign-in-again'))

export function Shell() {
  const can = useCan()
  const { security } = useFeatures()
  const panel = useShellPanel((state) => state.open)
  const expired = useSession((state) => state.status === 'expired')
  useShellKeys([...useDestinations(), ...useSettingsPages()], (to) => withinUnit(to, useUnit.getState().id))
  useEffect(() => startLive(queryClient), [])
  useEffect(() => watchIdle(endIdleSession), [])
  useLoadedLater(loadPalette)

  return (
    <Layout
      Sidebar={Sidebar}
      TopBar={TopBar}
      banner={
        <Suspense>
          <GraceBanner />
          <SupportBanner />
        </Suspense>
      }
    >
      {panel && <span data-covered hidden />}
      <Suspense>
        {panel === 'palette' && <Palette onClose={closeShellPanel} />}
        {panel === 'shortcuts' && <Shortcuts onClose={closeShellPanel} />}
        {expired && <SignInAgain />}
      </Suspense>
      <Suspense>
        <FavouriteKeeper />
        {can('alerts.read') && security && <AlertNotices />}
      </Suspense>
    </Layout>
  )
}
