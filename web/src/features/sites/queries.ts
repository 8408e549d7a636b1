import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, ifMatch, taggedAnswer, type ItemOf, type Tagged } from '@/lib/api'
import { gathered } from '@/lib/gathered'
import { listOptions } from '@/lib/list'

export type Site = ItemOf<typeof api.sites.get>
export type TaggedSite = Tagged<Site>
export type NewSite = Parameters<typeof api.sites.post>[0]
export type SiteChange = Parameters<ReturnType<typeof api.sites>['patch']>[0]
type SiteFilter = { search?: string; org_unit_id?: string; below?: boolean }

const namesAtOnce = 200

export const siteList = (filter: SiteFilter, limit = 100) =>
  listOptions(['sites', 'list', filter, limit], (cursor) => answer(api.sites.get({ query: { ...filter, limit, cursor } })))

export const siteQuery = (id: string) =>
  queryOptions({ queryKey: ['sites', 'one', id], queryFn: () => taggedAnswer(api.sites({ id }).get()), placeholderData: undefined })

const nameOf = gathered(async (ids) => {
  const { items } = await answer(api.sites.get({ query: { id: ids, limit: namesAtOnce } }))
  return new Map(items.map(({ id, name }) => [id, name]))
}, namesAtOnce)

/** What a site is called, asked for together with the others of a page. */
export const siteNameQuery = (id: string) =>
  queryOptions({ queryKey: ['sites', 'name', id], queryFn: () => nameOf(id), staleTime: 60_000, placeholderData: undefined })

const meta = { invalidates: ['sites'], handlesError: true }

export function useCreateSite() {
  return useMutation({ meta, mutationFn: (site: NewSite) => answer(api.sites.post(site)) })
}

export function useUpdateSite(id: string) {
  return useMutation({
    meta,
    mutationFn: ({ change, etag }: { change: SiteChange; etag: string | null }) =>
      taggedAnswer(api.sites({ id }).patch(change, ifMatch(etag))),
  })
}

export function useDeleteSite() {
  return useMutation({ meta, mutationFn: (id: string) => answer(api.sites({ id }).delete()) })
}
