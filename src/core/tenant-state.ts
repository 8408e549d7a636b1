import { Problem } from './problem'

/** Why nobody and nothing enters a tenant in this state: 403 `tenant_pending` or `tenant_suspended`. Undefined where it is open. */
export function closedProblem(status: string): Problem | undefined {
  if (status === 'active' || status === 'grace') return undefined
  if (status === 'pending') return new Problem(403, 'tenant_pending', 'This organization waits for its licence')
  return new Problem(403, 'tenant_suspended', 'This organization is suspended')
}

export function assertOpen(status: string) {
  const problem = closedProblem(status)
  if (problem) throw problem
}

/** Nobody joins a tenant that nobody enters, but for one that waits for its licence: its first administrator is there before that. */
export function assertJoinable(status: string) {
  if (status !== 'pending') assertOpen(status)
}

export const isLeaving = (status: string) => status === 'offboarding' || status === 'deleted'
