import type { ReactNode } from 'react'
import { followSession } from '@/lib/session'
import { Button } from '@/ui/button'

export function FollowButton({ children }: { children: ReactNode }) {
  return (
    <Button variant="quiet" className="w-full" onClick={followSession}>
      {children}
    </Button>
  )
}
