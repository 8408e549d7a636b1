import type { ReactElement } from 'react'
import { AccountMenu } from '@/shell/account-menu'
import { useLeave } from '@/shell/use-leave'
import { signOut } from '../lib/api'
import { useMe } from '../lib/me'

export function UserMenu({ children }: { children: ReactElement }) {
  const me = useMe()
  const leave = useLeave(signOut)
  return <AccountMenu trigger={children} who={me} onLeave={leave} />
}
