import { parseAsString, useQueryStates } from 'nuqs'
import { useMemo } from 'react'
import type { Option } from '@/ui/select'
import type { Offer } from './choice-list'

const operators = ['is', 'not', 'contains', 'after', 'before'] as const
export type Operator = (typeof operators)[number]
export type Filter = { operator: Operator; values: readonly string[] }

export type FilterField = {
  /** Its name in the address. */
  id: string
  label: string
  /** The server's name; `_not`, `_contains`, `_after` and `_before` are added to it. */
  param?: string
  /** The first is what a new filter begins with. */
  operators: readonly Operator[]
  /** What can be chosen; without them a text or a day is typed. */
  options?: readonly Option[]
  /** What can be chosen where the server searches it, with what stands for the values. */
  useOffer?: (values: readonly string[], text: string) => Offer & { chosen: Option[] }
  multiple?: boolean
  /** There are no other values than the options. */
  closed?: boolean
  /** Where somebody is rather than what he asks: "clear filters" leaves it. */
  stays?: boolean
  /** Offered beside the search; the others behind "Filter". */
  primary?: boolean
  /** Taken where the address says nothing. */
  fallback?: Filter
}

const everything = 'all'
const escaped = (value: string) => value.replaceAll('%', '%25').replaceAll(',', '%2C')
const unescaped = (value: string) => value.replaceAll('%2C', ',').replaceAll('%25', '%')

/** `open,closed`, `not:open`, `after:2026-01-31`: short in the address, and readable there. */
function readFilter(field: FilterField, text: string | null): Filter | null {
  if (text === null) return field.fallback ?? null
  if (text === everything && field.fallback) return null
  const [, named, rest = ''] = text.match(/^(not|contains|after|before):(.*)$/s) ?? []
  const operator = operators.find((known) => known === named) ?? 'is'
  if (!field.operators.includes(operator)) return null
  const all = (named ? rest : text).split(',').filter(Boolean).map(unescaped)
  // What the field does not know is no filter: an old link must not make an error of the list.
  const values = field.closed ? all.filter((value) => field.options?.some((option) => option.value === value)) : all
  return values.length > 0 ? { operator, values } : null
}

function writeFilter(field: FilterField, filter: Filter | null): string | null {
  if (!filter || filter.values.length === 0) return field.fallback ? everything : null
  const values = filter.values.map(escaped).join(',')
  const text = filter.operator === 'is' ? values : `${filter.operator}:${values}`
  const { fallback } = field
  return fallback && text === writeFilter({ ...field, fallback: undefined }, fallback) ? null : text
}

const midnight = (day: string) => {
  const at = new Date(`${day}T00:00:00`)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

/** A filter as the server's query has it. Days begin at the reader's midnight. */
function asQuery(field: FilterField, { operator, values }: Filter): [string, unknown] {
  const name = field.param ?? field.id
  if (operator === 'after' || operator === 'before') return [`${name}_${operator}`, midnight(values[0] ?? '')]
  if (operator === 'contains') return [`${name}_contains`, values[0]]
  return [operator === 'not' ? `${name}_not` : name, field.multiple ? values : values[0]]
}

export type FilterState = {
  fields: readonly FilterField[]
  filters: ReadonlyMap<string, Filter>
  search: string
  /** Whether anything differs from what the list shows by itself. */
  active: boolean
  set: (field: FilterField, filter: Filter | null) => void
  setSearch: (search: string) => void
  clear: () => void
  query: Record<string, unknown>
}

/** The filters of a list, kept in the address. */
export function useFilters(fields: readonly FilterField[]): FilterState {
  const names = fields.map(({ id }) => id).join(' ')
  const parsers = useMemo(
    () => ({ search: parseAsString, ...Object.fromEntries(names.split(' ').map((id) => [id, parseAsString])) }),
    [names],
  )
  const [address, setAddress] = useQueryStates(parsers)
  const found = fields.flatMap((field) => {
    const filter = readFilter(field, (address as Record<string, string | null>)[field.id] ?? null)
    return filter ? [[field, filter] as const] : []
  })
  const search = address.search ?? ''
  return {
    fields,
    filters: new Map(found.map(([field, filter]) => [field.id, filter])),
    search,
    active: Boolean(search) || fields.some(({ id, stays }) => !stays && (address as Record<string, string | null>)[id] !== null),
    set: (field, filter) => void setAddress({ [field.id]: writeFilter(field, filter) }),
    setSearch: (text) => void setAddress({ search: text || null }),
    clear: () =>
      void setAddress(Object.fromEntries([['search', null], ...fields.filter(({ stays }) => !stays).map(({ id }) => [id, null])])),
    query: { ...(search && { search }), ...Object.fromEntries(found.map(([field, filter]) => asQuery(field, filter))) },
  }
}
