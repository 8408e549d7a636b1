import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, etagOf, ifMatch, type ItemOf } from '@/lib/answers'
import { listOptions } from '@/lib/list'
import { api } from '../../lib/api'
import type { Role } from '../../lib/me'

const invitations = api['staff-invitations']

export type Member = ItemOf<typeof api.staff.get>
export type Invitation = ItemOf<typeof invitations.get>

export const roles = ['support', 'operator', 'owner'] as const satisfies readonly Role[]

/** All of them at once: staff are few. */
export const staffList = listOptions(['staff', 'list'], async () => ({ ...(await answer(api.staff.get())), next_cursor: null }))

export const invitationsQuery = queryOptions({ queryKey: ['staff', 'invitations'], queryFn: () => answer(invitations.get()) })

const ofStaff = { invalidates: ['staff', 'audit'] }
const told = { ...ofStaff, handlesError: true }

export function useUpdateMember(member: Member) {
  return useMutation({
    meta: told,
    mutationFn: (change: { role?: Role; disabled?: boolean }) =>
      answer(api.staff({ id: member.id }).patch(change, ifMatch(etagOf(member)))),
  })
}

export function useResetFactor(id: string) {
  return useMutation({ meta: told, mutationFn: () => answer(api.staff({ id }).factor.reset.post()) })
}

export function useInvite() {
  return useMutation({ meta: told, mutationFn: (invitation: { email: string; role: Role }) => answer(invitations.post(invitation)) })
}

export function useRevokeInvitation() {
  return useMutation({ meta: ofStaff, mutationFn: (id: string) => answer(invitations({ id }).delete()) })
}
