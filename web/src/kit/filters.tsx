import { Plus, Search, X } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { KeyboardKey } from '@/ui/keyboard-key'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '@/ui/menu'
import { FilterChip } from './filter-chip'
import type { FilterState } from './filter-fields'

type FiltersProps = { state: FilterState; searchLabel: string; extra?: ReactNode; children?: ReactNode }

/** The search and the filters of a list; `extra` are filters that no field describes, `children` what stands at the right. */
export function Filters({ state, searchLabel, extra, children }: FiltersProps) {
  const { t } = useTranslation()
  const [added, setAdded] = useState<string | null>(null)
  const shown = state.fields.filter((field) => field.primary || state.filters.has(field.id) || field.id === added)
  const others = state.fields.filter((field) => !shown.includes(field))
  return (
    <FilterBar active={state.active} onClear={state.clear} end={children}>
      <SearchFilter value={state.search} onChange={state.setSearch} label={searchLabel} />
      {shown.map((field) => (
        <FilterChip
          key={field.id}
          field={field}
          filter={state.filters.get(field.id) ?? null}
          defaultOpen={field.id === added}
          onChange={(filter) => state.set(field, filter)}
          onClose={() => setAdded(null)}
        />
      ))}
      {extra}
      {others.length > 0 && (
        <Menu>
          <MenuTrigger asChild>
            <Button variant="quiet">
              <Plus aria-hidden />
              {t('filter.add')}
            </Button>
          </MenuTrigger>
          <MenuContent align="start">
            {others.map((field) => (
              // The menu must have let go of the focus before the chip takes it.
              <MenuItem key={field.id} onSelect={() => setTimeout(() => setAdded(field.id))}>
                {field.label}
              </MenuItem>
            ))}
          </MenuContent>
        </Menu>
      )}
    </FilterBar>
  )
}

export function FilterBar({
  children,
  active,
  onClear,
  end,
}: {
  children: ReactNode
  active: boolean
  onClear: () => void
  end?: ReactNode
}) {
  const { t } = useTranslation()
  return (
    <div role="search" className="flex flex-wrap items-center gap-2">
      {children}
      {active && (
        <Button variant="quiet" size="small" onClick={onClear}>
          {t('filter.clear')}
        </Button>
      )}
      {end && <div className="ml-auto flex flex-wrap items-center gap-2">{end}</div>}
    </div>
  )
}

const settleMs = 150

/** Writes what was typed into the URL once the typing rests. `/` brings the focus here. */
export function SearchFilter({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState({ from: value, text: value })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // The URL changed without us, by "clear filters" or the back button: what it says wins.
  if (draft.from !== value) setDraft({ from: value, text: value })
  const commit = (text: string) => {
    clearTimeout(timer.current)
    setDraft({ from: text.trim(), text })
    onChange(text.trim())
  }
  const type = (text: string) => {
    setDraft({ from: value, text })
    clearTimeout(timer.current)
    timer.current = setTimeout(() => commit(text), settleMs)
  }
  return (
    <div className="relative w-full sm:w-64">
      <Search className="text-muted pointer-events-none absolute top-2 left-2.5 size-4" aria-hidden />
      <Input
        data-search
        value={draft.text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit(draft.text)
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
        placeholder={label}
        aria-label={label}
        className="peer pr-8 pl-8"
        maxLength={200}
      />
      {draft.text ? (
        <button
          type="button"
          onClick={() => commit('')}
          aria-label={t('filter.clear_search')}
          className="text-muted hover:text-text absolute top-1 right-1 grid size-6 place-items-center rounded"
        >
          <X className="size-3.5" aria-hidden />
        </button>
      ) : (
        <span className="pointer-events-none absolute top-1.5 right-1.5 peer-focus:hidden max-sm:hidden" aria-hidden>
          <KeyboardKey>/</KeyboardKey>
        </span>
      )}
    </div>
  )
}
