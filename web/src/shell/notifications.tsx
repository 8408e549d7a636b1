import { Suspense } from 'react'
import { later } from '@/lib/later'
import { useNotifications } from '@/lib/notify'

const Toaster = later(() => import('@/ui/toaster'))

export function Notifications() {
  const wanted = useNotifications((state) => state.wanted)
  return <Suspense>{wanted && <Toaster />}</Suspense>
}
