import { keepPreviousData, useInfiniteQuery, useQueries } from '@tanstack/react-query'
import { useOrgUnits } from '@/features/org-units/queries'
import type { Offer } from '@/kit/choice-list'
import { useCan } from '@/lib/me'
import type { Option } from '@/ui/select'
import { siteList, siteNameQuery } from './queries'

const offeredAtOnce = 50

/** Sites to choose from, those of one unit or of all, as far as they have the text in their names; and what the chosen ones are called. */
export function useSiteOffer(ids: readonly string[], text: string, org_unit_id?: string): Offer & { chosen: Option[] } {
  const enabled = useCan()('sites.read')
  const units = useOrgUnits()
  const search = text.trim()
  const filter = { ...(search && { search }), ...(org_unit_id && { org_unit_id, below: false }) }
  const found = useInfiniteQuery({ ...siteList(filter, offeredAtOnce), enabled, placeholderData: keepPreviousData })
  const names = useQueries({ queries: ids.map((id) => ({ ...siteNameQuery(id), enabled })) })
  const sites = found.data?.pages.flatMap(({ items }) => items) ?? []
  return {
    chosen: ids.map((value, index) => ({ value, label: names[index]?.data ?? '…' })),
    options: sites.map((site) => ({
      value: site.id,
      label: site.name,
      hint: (!org_unit_id && units.nameOf(site.org_unit_id)) || undefined,
    })),
    answered: found.isPlaceholderData ? undefined : search,
    onMore: found.hasNextPage ? () => void found.fetchNextPage() : undefined,
    busy: found.isFetching,
  }
}
