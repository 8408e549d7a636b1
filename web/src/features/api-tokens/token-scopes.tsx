import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { PermissionAreas } from '@/features/groups/permission-choice'
import { permissionsQuery } from '@/features/groups/queries'
import { useCan, useMe } from '@/lib/me'

/** What one may give: the own permissions, described where the catalogue may be read. */
export function TokenScopes({
  value,
  onChange,
  error,
}: {
  value: readonly string[]
  onChange: (scopes: string[]) => void
  error?: string
}) {
  const { t } = useTranslation()
  const { permissions } = useMe()
  const { data } = useQuery({ ...permissionsQuery, enabled: useCan()('settings.groups.read') })
  const items = permissions.map(
    (permission) =>
      data?.items.find((known) => known.permission === permission) ?? {
        permission,
        description: '',
        area: permission.replace(/\.\w+$/, ''),
      },
  )
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">{t('settings.api_tokens.scopes')}</legend>
      <p className="text-muted text-xs">{t('settings.api_tokens.scopes_hint')}</p>
      {error && (
        <p role="alert" className="text-critical text-xs">
          {error}
        </p>
      )}
      <div className="thin-scrollbar max-h-72 space-y-3 overflow-y-auto">
        <PermissionAreas items={items} value={value} onChange={onChange} disabled={false} />
      </div>
    </fieldset>
  )
}
