import { Navigate, useNavigation } from 'react-router'

/** An address that is only the way to another. Who has struck a shortcut meanwhile goes there. */
export function LeadOn({ to }: { to: string }) {
  const underWay = useNavigation().state !== 'idle'
  return underWay ? null : <Navigate to={to} replace />
}
