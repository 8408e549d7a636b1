import { lazy, Suspense } from 'react'
import { useNotifications } from '@/lib/notify'

const Toaster = lazy(() => import('@/ui/toaster'))

export function Notifications() {
  const wanted = useNotifications((state) => state.wanted)
  return <Suspense>{wanted && <Toaster />}</Suspense>
}
