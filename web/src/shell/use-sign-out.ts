import { signOut } from '@/lib/api'
import { useLeave } from './use-leave'

export const useSignOut = () => useLeave(signOut)
