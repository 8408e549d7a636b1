import { Suspense, useEffect } from 'react'
import { watchIdle } from '@/lib/idle'
import { later } from '@/lib/later'
import { useSession } from '@/lib/session'
import { Layout } from '@/shell/layout'
import { closeShellPanel, useShellPanel } from '@/shell/panels'
import { useLoadedLater } from '@/shell/use-loaded-later'
import { useShellKeys } from '@/shell/use-shell-keys'
import { endIdleSession } from '../lib/api'
import { usePlaces } from './places'
import { Sidebar } from './sidebar'
import { TopBar } from './top-bar'

const loadPalette = () => import('./palette')
const Palette = later(loadPalette)
const Shortcuts = later(() => import('./shortcuts'))
const SignInAgain = later(() => import('../features/sign-in/sign-in-again'))

export function Shell() {
  const panel = useShellPanel((state) => state.open)
  const expired = useSession((state) => state.status === 'expired')
  useShellKeys(usePlaces())
  useEffect(() => watchIdle(endIdleSession), [])
  useLoadedLater(loadPalette)
  return (
    <Layout Sidebar={Sidebar} TopBar={TopBar}>
      <Suspense>
        {panel === 'palette' && <Palette onClose={closeShellPanel} />}
        {panel === 'shortcuts' && <Shortcuts onClose={closeShellPanel} />}
        {expired && <SignInAgain />}
      </Suspense>
    </Layout>
  )
}
