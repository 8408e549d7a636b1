import { useNavigate } from 'react-router'
import { queryClient } from '@/lib/query-client'

/** Signs out and forgets what was loaded. */
export function useLeave(signOut: () => Promise<void>): () => Promise<void> {
  const navigate = useNavigate()
  return async () => {
    await signOut()
    // At once: a part of the page that is still there when what was loaded is forgotten would load it again.
    await navigate('/sign-in', { flushSync: true })
    queryClient.clear()
  }
}
