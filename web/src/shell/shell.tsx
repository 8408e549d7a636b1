import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet, useNavigation } from 'react-router'
import { startLive } from '@/lib/live'
import { queryClient } from '@/lib/query-client'
import { useSession } from '@/lib/session'
import { OfflineBanner } from './offline-banner'
import { closeShellPanel, useShellPanel } from './panels'
import { Sidebar } from './sidebar'
import { TopBar } from './top-bar'
import { useShellKeys } from './use-shell-keys'

const NarrowSidebar = lazy(() => import('./narrow-sidebar'))
const loadPalette = () => import('./palette')
const Palette = lazy(loadPalette)
const Shortcuts = lazy(() => import('./shortcuts'))
const SignInAgain = lazy(() => import('@/features/authentication/sign-in-again'))

const paletteAfterMs = 1_500

export function Shell() {
  const { t } = useTranslation()
  const [sidebarOpen, setSidebarOpen] = useState(false)
  const panel = useShellPanel((state) => state.open)
  const expired = useSession((state) => state.status === 'expired')
  const moving = useNavigation().state !== 'idle'
  useShellKeys()
  useEffect(() => startLive(queryClient), [])
  // Once there is time: who presses Ctrl-K types on at once, and the page must not take those letters for its own.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), paletteAfterMs)
    return () => clearTimeout(timer)
  }, [])

  return (
    <div className="flex h-full">
      <a
        href="#content"
        className="bg-accent text-accent-contrast sr-only z-70 rounded-md px-3 py-2 font-medium focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('shell.skip')}
      </a>
      <aside className="border-border bg-sunken w-54 shrink-0 border-r max-lg:hidden">
        <Sidebar />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <OfflineBanner />
        <TopBar onOpenSidebar={() => setSidebarOpen(true)} />
        <main
          id="content"
          tabIndex={-1}
          aria-busy={moving}
          className="thin-scrollbar relative min-h-0 flex-1 overflow-y-auto focus:outline-none"
        >
          {moving && <div className="bg-accent skeleton-delayed absolute inset-x-0 top-0 h-0.5" aria-hidden />}
          <div className="mx-auto h-full max-w-400 p-4 sm:p-5">
            <Outlet />
          </div>
        </main>
      </div>
      <Suspense>
        {sidebarOpen && <NarrowSidebar onClose={() => setSidebarOpen(false)} />}
        {panel === 'palette' && <Palette onClose={closeShellPanel} />}
        {panel === 'shortcuts' && <Shortcuts onClose={closeShellPanel} />}
        {expired && <SignInAgain />}
      </Suspense>
    </div>
  )
}
