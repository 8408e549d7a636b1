import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, ifMatch, taggedAnswer, type AnswerOf, type ItemOf, type Tagged } from '@/lib/api'
import { listOptions } from '@/lib/list'

const { sso, domains } = api.settings

export type Provider = AnswerOf<typeof sso.get>
export type TaggedProvider = Tagged<Provider>
export type CheckOutcome = AnswerOf<typeof sso.check.post>['outcome']
export type Domain = ItemOf<typeof domains.get>

export const providerQuery = queryOptions({ queryKey: ['sso-settings'], queryFn: () => taggedAnswer(sso.get()) })
export const domainList = listOptions(['domains', 'list'], (cursor) => answer(domains.get({ query: { limit: 100, cursor } })))

const ofProvider = { invalidates: ['sso-settings'], handlesError: true }
const ofDomains = { invalidates: ['domains'], handlesError: true }

export function useSetProvider() {
  return useMutation({
    meta: ofProvider,
    mutationFn: ({ change, etag }: { change: Parameters<typeof sso.put>[0]; etag: string | null }) =>
      taggedAnswer(sso.put(change, ifMatch(etag))),
  })
}

export function useRemoveProvider() {
  return useMutation({ meta: ofProvider, mutationFn: () => answer(sso.delete()) })
}

export function useCheckProvider() {
  return useMutation({ meta: { handlesError: true }, mutationFn: () => answer(sso.check.post({})) })
}

export function useAddDomain() {
  return useMutation({ meta: ofDomains, mutationFn: (domain: string) => answer(domains.post({ domain })) })
}

export function useVerifyDomain() {
  return useMutation({ meta: ofDomains, mutationFn: (id: string) => answer(domains({ id }).verify.post({})) })
}

export function useRemoveDomain() {
  return useMutation({ meta: ofDomains, mutationFn: (id: string) => answer(domains({ id }).delete()) })
}
