import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { answer, api, type ItemOf, taggedAnswer } from '@/lib/api'
import { listOptions } from '@/lib/list'
import { useCan } from '@/lib/me'
import type { Option } from '@/ui/select'

export type Site = ItemOf<typeof api.sites.get>
export type TaggedSite = { data: Site; etag: string | null }
export type NewSite = Parameters<typeof api.sites.post>[0]
export type SiteChange = Parameters<ReturnType<typeof api.sites>['patch']>[0]

export const siteList = (filter: { search?: string; org_unit_id?: string }) =>
  listOptions(['sites', 'list', filter], (cursor) => answer(api.sites.get({ query: { ...filter, limit: 100, cursor } })))

export const siteQuery = (id: string) =>
  queryOptions({ queryKey: ['sites', 'one', id], queryFn: () => taggedAnswer(api.sites({ id }).get()), placeholderData: undefined })

/** Enough to choose from in a form. */
const siteChoicesQuery = queryOptions({
  queryKey: ['sites', 'choices'],
  queryFn: () => answer(api.sites.get({ query: { limit: 200 } })),
  staleTime: 60_000,
})

/** Sites as options, all of them or those of a unit, with what stands for an id in a list. */
export function useSites(): { optionsOf: (org_unit_id?: string) => Option[]; nameOf: (id: string | null) => string | null } {
  const can = useCan()
  const { data } = useQuery({ ...siteChoicesQuery, enabled: can('sites.read') })
  return useMemo(() => {
    const sites = data?.items ?? []
    const names = new Map(sites.map(({ id, name }) => [id, name]))
    return {
      optionsOf: (org_unit_id) =>
        sites
          .filter((site) => org_unit_id === undefined || site.org_unit_id === org_unit_id)
          .map(({ id, name }) => ({ value: id, label: name })),
      nameOf: (id) => (id === null ? null : (names.get(id) ?? null)),
    }
  }, [data])
}

const meta = { invalidates: ['sites'], handlesError: true }

export function useCreateSite() {
  return useMutation({ meta, mutationFn: (site: NewSite) => answer(api.sites.post(site)) })
}

export function useUpdateSite(id: string) {
  return useMutation({
    meta,
    mutationFn: ({ change, etag }: { change: SiteChange; etag: string | null }) =>
      taggedAnswer(api.sites({ id }).patch(change, etag ? { headers: { 'if-match': etag } } : undefined)),
  })
}

export function useDeleteSite() {
  return useMutation({ meta, mutationFn: (id: string) => answer(api.sites({ id }).delete()) })
}
