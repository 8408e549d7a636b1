import { Server } from 'lucide-react'
import { useState } from 'react'
import { Choice } from '@/kit/choice'
import { FilterChip } from '@/kit/filter-chip'
import { type Filter, type FilterField, useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { Row, State } from './section'

const status: FilterField = {
  id: 'status',
  label: 'Status',
  operators: ['is', 'not'],
  multiple: true,
  options: [
    { value: 'online', label: 'Online', hint: '12' },
    { value: 'offline', label: 'Offline', hint: '3' },
  ],
  closed: true,
  primary: true,
}
const name: FilterField = { id: 'name', label: 'Name', operators: ['contains'] }
const seen: FilterField = { id: 'seen', label: 'Last seen', operators: ['after', 'before'] }
const places = [
  { value: 'hall', label: 'Hall 3', hint: 'Plant Turin' },
  { value: 'quay', label: 'Quay', hint: 'Port of Genoa' },
]
const site: FilterField = {
  id: 'site',
  label: 'Site',
  operators: ['is', 'not'],
  multiple: true,
  useOffer: (values) => ({
    chosen: places.filter(({ value }) => values.includes(value)),
    options: places,
    onMore: () => undefined,
  }),
}

const chips: [FilterField, Filter | null][] = [
  [status, null],
  [status, { operator: 'is', values: ['online'] }],
  [status, { operator: 'not', values: ['online', 'offline'] }],
  [site, null],
  [site, { operator: 'is', values: ['hall', 'quay'] }],
  [name, { operator: 'contains', values: ['turin'] }],
  [seen, { operator: 'after', values: ['2026-01-31'] }],
  [seen, { operator: 'before', values: ['2026-01-31'] }],
]

export function FilterStates() {
  const state = useFilters([status, site, name, seen])
  const [chosen, setChosen] = useState<string[]>(['hall'])
  return (
    <>
      <State name="chips" wide>
        <Row>
          {chips.map(([field, filter]) => (
            <FilterChip key={JSON.stringify([field.id, filter])} field={field} filter={filter} onChange={() => undefined} />
          ))}
        </Row>
      </State>
      <State name="a choice among many" wide>
        <Choice
          icon={Server}
          label="Devices"
          options={places}
          chosen={places.filter(({ value }) => chosen.includes(value))}
          onChange={setChosen}
          most={10}
          nothing="None match"
        />
      </State>
      <State name="bar, kept in the address" wide>
        <Filters state={state} searchLabel="Search examples" />
      </State>
    </>
  )
}
