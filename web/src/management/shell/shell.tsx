import { lazy, Suspense } from 'react'
import { useSession } from '@/lib/session'
import { Layout } from '@/shell/layout'
import { useShellKeys } from '@/shell/use-shell-keys'
import { usePlaces } from './places'
import { Sidebar } from './sidebar'
import { TopBar } from './top-bar'

const SignInAgain = lazy(() => import('../features/sign-in/sign-in-again'))

export function Shell() {
  const expired = useSession((state) => state.status === 'expired')
  useShellKeys(usePlaces())
  return (
    <Layout Sidebar={Sidebar} TopBar={TopBar}>
      <Suspense>{expired && <SignInAgain />}</Suspense>
    </Layout>
  )
}
