import { useNavigate } from 'react-router'
import { queryClient } from '@/lib/query-client'

/** Signs out and forgets what was loaded. */
export function useLeave(signOut: () => Promise<void>): () => Promise<void> {
  const navigate = useNavigate()
  return async () => {
    await signOut()
    await navigate('/sign-in')
    queryClient.clear()
  }
}
