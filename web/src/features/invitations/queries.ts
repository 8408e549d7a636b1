import { useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { i18next, languages } from '@/lib/i18n'
import { listOptions } from '@/lib/list'

export type Invitation = ItemOf<typeof api.invitations.get>
export type NewInvitation = Parameters<typeof api.invitations.post>[0]

export const invitationList = listOptions(['invitations', 'list'], (cursor) =>
  answer(api.invitations.get({ query: { limit: 100, cursor } })),
)

const meta = { invalidates: ['invitations', 'mail'], handlesError: true }

export function useInvite() {
  return useMutation({
    meta,
    mutationFn: (invitation: NewInvitation) =>
      answer(api.invitations.post({ ...invitation, language: languages.find((known) => known === i18next.resolvedLanguage) })),
  })
}

export function useResendInvitation() {
  return useMutation({ meta: { ...meta, handlesError: false }, mutationFn: (id: string) => answer(api.invitations({ id }).resend.post()) })
}

export function useRevokeInvitation() {
  return useMutation({ meta: { ...meta, handlesError: false }, mutationFn: (id: string) => answer(api.invitations({ id }).delete()) })
}
