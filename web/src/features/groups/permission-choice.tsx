import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Loaded } from '@/kit/loaded'
import { sentenceOf } from '@/lib/i18n'
import { useWordNames } from '@/lib/word-names'
import { Checkbox } from '@/ui/checkbox'
import { Skeleton } from '@/ui/skeleton'
import { type Permission, permissionsQuery } from './queries'

type PermissionChoiceProps = { value: readonly string[]; onChange: (permissions: string[]) => void; disabled: boolean }

/** The catalogue by area, each area with a box for all of it. */
export function PermissionChoice({ value, onChange, disabled }: PermissionChoiceProps) {
  const { t } = useTranslation()
  const query = useQuery(permissionsQuery)
  return (
    <div className="space-y-3">
      <p className="font-medium">{t('settings.groups.permissions')}</p>
      <Loaded query={query} skeleton={<Skeleton className="h-64" />}>
        {({ items }) => <PermissionAreas items={items} value={value} onChange={onChange} disabled={disabled} />}
      </Loaded>
    </div>
  )
}

/** What permissions allow, a line each. */
export function PermissionLines({ permissions }: { permissions: readonly string[] }) {
  const items = useQuery(permissionsQuery).data?.items ?? []
  return permissions.map((permission) => <p key={permission}>{sentenceFor(permission, items)}</p>)
}

function sentenceFor(permission: string, items: readonly Permission[]): string {
  return sentenceOf(permission) ?? items.find((item) => item.permission === permission)?.description ?? permission
}

export function PermissionAreas({ items, ...choice }: PermissionChoiceProps & { items: readonly Permission[] }) {
  return [...Map.groupBy(items, (item) => item.area)].map(([area, permissions]) => (
    <Area key={area} area={area} permissions={permissions} {...choice} />
  ))
}

function Area({
  area,
  permissions,
  value,
  onChange,
  disabled,
}: PermissionChoiceProps & { area: string; permissions: readonly Permission[] }) {
  const { t } = useTranslation()
  const id = useId()
  const name = useWordNames('settings.groups.area')(area)
  const everything = value.includes('*')
  const held = permissions.filter(({ permission }) => everything || value.includes(permission))
  const others = value.filter((held) => !permissions.some(({ permission }) => permission === held))
  const toggleAll = (checked: boolean) => onChange(checked ? [...others, ...permissions.map(({ permission }) => permission)] : [...others])
  return (
    <fieldset className="border-border overflow-hidden rounded-md border" disabled={disabled}>
      <legend className="sr-only">{name}</legend>
      <div className="bg-sunken border-border flex h-9 items-center gap-2.5 border-b px-3">
        <Checkbox
          id={`${id}-all`}
          disabled={disabled}
          checked={held.length === permissions.length ? true : held.length > 0 ? 'indeterminate' : false}
          onCheckedChange={(checked) => toggleAll(checked === true)}
        />
        <label htmlFor={`${id}-all`} className="flex-1 font-medium">
          {name}
          <span className="sr-only"> {t('settings.groups.all_of_area')}</span>
        </label>
        <span className="text-muted text-xs">
          {held.length} / {permissions.length}
        </span>
      </div>
      <ul>
        {permissions.map(({ permission, description }) => (
          <li key={permission} className="hover:bg-hover flex items-start gap-2.5 px-3 py-1">
            <Checkbox
              id={`${id}-${permission}`}
              className="mt-0.5"
              disabled={disabled}
              checked={everything || value.includes(permission)}
              onCheckedChange={(checked) =>
                onChange(checked === true ? [...value, permission] : value.filter((other) => other !== permission))
              }
            />
            <label htmlFor={`${id}-${permission}`} className="min-w-0 flex-1">
              {sentenceOf(permission) ?? description}
              <span className="text-muted block font-mono text-2xs">{permission}</span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  )
}
