import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Offer } from '@/kit/choice-list'
import { answer, api } from '@/lib/api'
import { listOptions } from '@/lib/list'
import { useCan } from '@/lib/me'
import type { Option } from '@/ui/select'

const offeredAtOnce = 50

const assigneeList = (filter: { alert_id?: string; search?: string }) =>
  listOptions(['assignees', 'list', filter], (cursor) =>
    answer(api.alerts.assignees.get({ query: { ...filter, limit: offeredAtOnce, cursor } })),
  )

/** To whom alerts can be given, as far as they have the text in their names; with an alert, who can see that one. */
export function useAssigneeOffer(text: string, alert_id?: string): Offer {
  const enabled = useCan()('alerts.assign')
  const search = text.trim()
  const filter = { ...(search && { search }), ...(alert_id && { alert_id }) }
  const found = useInfiniteQuery({ ...assigneeList(filter), enabled, placeholderData: keepPreviousData })
  return {
    options: found.data?.pages.flatMap(({ items }) => items.map(({ id, name }) => ({ value: id, label: name }))) ?? [],
    answered: found.isPlaceholderData ? undefined : search,
    onMore: found.hasNextPage ? () => void found.fetchNextPage() : undefined,
    busy: found.isFetching,
  }
}

/** The same with oneself, if `me` is to be offered, and nobody before them until something is typed; and what is chosen of them. */
export function useAssigneeChoice(values: readonly string[], text: string, me: string | null = 'me'): Offer & { chosen: Option[] } {
  const { t } = useTranslation()
  const offer = useAssigneeOffer(text)
  const special = [...(me ? [{ value: me, label: t('alerts.assignee.me') }] : []), { value: 'nobody', label: t('alerts.assignee.nobody') }]
  const known = [...special, ...offer.options.filter(({ value }) => value !== me)]
  return {
    ...offer,
    options: text.trim() ? offer.options : known,
    chosen: values.map((value) => known.find((option) => option.value === value) ?? { value, label: '…' }),
  }
}
