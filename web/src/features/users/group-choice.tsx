import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { groupChoicesQuery } from '@/features/groups/queries'
import { Loaded } from '@/kit/loaded'
import { Checkbox } from '@/ui/checkbox'
import { Skeleton } from '@/ui/skeleton'

export function GroupChoice({
  value,
  onChange,
  disabled,
}: {
  value: readonly string[]
  onChange: (ids: string[]) => void
  disabled?: boolean
}) {
  const { t } = useTranslation()
  const id = useId()
  const query = useQuery(groupChoicesQuery)
  return (
    <fieldset className="space-y-1" disabled={disabled}>
      <legend className="font-medium">{t('settings.groups.title')}</legend>
      <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
        {({ items }) => (
          <ul className="border-border divide-border thin-scrollbar max-h-56 divide-y overflow-y-auto rounded-md border">
            {items.map((group) => (
              <li key={group.id} className="hover:bg-hover flex items-center gap-2.5 px-3">
                <Checkbox
                  id={`${id}-${group.id}`}
                  disabled={disabled}
                  checked={value.includes(group.id)}
                  onCheckedChange={(checked) =>
                    onChange(checked === true ? [...value, group.id] : value.filter((other) => other !== group.id))
                  }
                />
                <label htmlFor={`${id}-${group.id}`} className="min-w-0 flex-1 cursor-pointer py-1.5">
                  <span className="font-medium">{group.name}</span>
                  {group.description && <span className="text-muted block truncate text-xs">{group.description}</span>}
                </label>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </fieldset>
  )
}
