import { useQuery } from '@tanstack/react-query'
import { RadioGroup } from 'radix-ui'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { flatten, orgUnitsQuery, toTree } from '@/features/org-units/queries'
import { Loaded } from '@/kit/loaded'
import { Checkbox } from '@/ui/checkbox'
import { Skeleton } from '@/ui/skeleton'
import type { ScopeChoice as Scope } from './queries'

/** The whole tenant, or units of its tree, each with or without what lies below. */
export function ScopeChoice({ value, onChange, disabled }: { value: Scope; onChange: (scope: Scope) => void; disabled?: boolean }) {
  const { t } = useTranslation()
  const id = useId()
  const kind = value === 'all' ? 'all' : 'some'
  return (
    <fieldset className="space-y-2" disabled={disabled}>
      <legend className="font-medium">{t('settings.users.scope')}</legend>
      <RadioGroup.Root
        value={kind}
        disabled={disabled}
        onValueChange={(next) => onChange(next === 'all' ? 'all' : [])}
        aria-label={t('settings.users.scope')}
        className="space-y-1.5"
      >
        {(['all', 'some'] as const).map((option) => (
          <div key={option} className="flex items-center gap-2">
            <RadioGroup.Item
              id={`${id}-${option}`}
              value={option}
              className="border-strong bg-surface data-[state=checked]:border-accent grid size-4 shrink-0 place-items-center rounded-full border disabled:opacity-50"
            >
              <RadioGroup.Indicator className="bg-accent size-2 rounded-full" />
            </RadioGroup.Item>
            <label htmlFor={`${id}-${option}`}>{t(`settings.users.scope_${option}`)}</label>
          </div>
        ))}
      </RadioGroup.Root>
      {value !== 'all' && <Units value={value} onChange={onChange} disabled={disabled} />}
    </fieldset>
  )
}

function Units({ value, onChange, disabled }: { value: Exclude<Scope, 'all'>; onChange: (scope: Scope) => void; disabled?: boolean }) {
  const { t } = useTranslation()
  const id = useId()
  const query = useQuery(orgUnitsQuery)
  const toggle = (unitId: string, checked: boolean) =>
    onChange(checked ? [...value, { org_unit_id: unitId, subtree: true }] : value.filter((unit) => unit.org_unit_id !== unitId))
  const setSubtree = (unitId: string, subtree: boolean) =>
    onChange(value.map((unit) => (unit.org_unit_id === unitId ? { org_unit_id: unitId, subtree } : unit)))
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="text-muted">{t('settings.org_units.none')}</p>
        ) : (
          <ul className="border-border divide-border thin-scrollbar max-h-64 divide-y overflow-y-auto rounded-md border">
            {flatten(toTree(items)).map((unit) => {
              const chosen = value.find((entry) => entry.org_unit_id === unit.id)
              return (
                <li
                  key={unit.id}
                  className="hover:bg-hover flex min-h-8 items-center gap-2.5 pr-3"
                  style={{ paddingLeft: 12 + unit.depth * 18 }}
                >
                  <Checkbox
                    id={`${id}-${unit.id}`}
                    disabled={disabled}
                    checked={chosen !== undefined}
                    onCheckedChange={(checked) => toggle(unit.id, checked === true)}
                  />
                  <label htmlFor={`${id}-${unit.id}`} className="min-w-0 flex-1 cursor-pointer truncate py-1">
                    {unit.name}
                  </label>
                  {chosen && unit.children.length > 0 && (
                    <span className="text-muted flex items-center gap-1.5 text-xs">
                      <Checkbox
                        id={`${id}-${unit.id}-subtree`}
                        disabled={disabled}
                        checked={chosen.subtree}
                        onCheckedChange={(checked) => setSubtree(unit.id, checked === true)}
                      />
                      <label htmlFor={`${id}-${unit.id}-subtree`}>{t('settings.users.subtree')}</label>
                    </span>
                  )}
                </li>
              )
            })}
          </ul>
        )
      }
    </Loaded>
  )
}
