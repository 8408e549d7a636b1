import { useNavigate } from 'react-router'
import { signOut } from '@/lib/api'
import { queryClient } from '@/lib/query-client'

export function useSignOut(): () => Promise<void> {
  const navigate = useNavigate()
  return async () => {
    await signOut()
    await navigate('/sign-in')
    queryClient.clear()
  }
}
