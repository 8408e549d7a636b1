import type { ReactNode } from 'react'
import { Button } from '@/ui/button'

/** To where this browser went on in another window: that is another world, of which everything is loaded anew. */
export function FollowButton({ children }: { children: ReactNode }) {
  return (
    <Button variant="quiet" className="w-full" onClick={() => location.assign('/')}>
      {children}
    </Button>
  )
}
