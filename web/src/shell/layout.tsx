import { type ComponentType, type ReactNode, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet, useNavigation } from 'react-router'
import { later } from '@/lib/later'
import { IdleBanner } from './idle-banner'
import { LeaveQuestion } from './leave-question'
import { OfflineBanner } from './offline-banner'

const NarrowSidebar = later(() => import('./narrow-sidebar'))

type LayoutProps = {
  Sidebar: ComponentType<{ onNavigate?: () => void }>
  TopBar: ComponentType<{ onOpenSidebar: () => void }>
  /** What is said above every page. */
  banner?: ReactNode
  /** What may lie over the page. */
  children: ReactNode
}

/** Where the parts of a console are, around the current page. */
export function Layout({ Sidebar, TopBar, banner, children }: LayoutProps) {
  const { t } = useTranslation()
  const [sidebarOpen, setSidebarOpen] = useState(false)
  const moving = useNavigation().state !== 'idle'
  const close = () => setSidebarOpen(false)
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
        <IdleBanner />
        {banner}
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
        {sidebarOpen && (
          <NarrowSidebar onClose={close}>
            <Sidebar onNavigate={close} />
          </NarrowSidebar>
        )}
      </Suspense>
      {children}
      <LeaveQuestion />
    </div>
  )
}
