import { MonitorPlay } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { ownTenantsQuery, useMe } from '@/lib/me'
import { useUnit, withinUnit } from '@/lib/unit'
import { MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from '@/ui/menu'
import { AccountMenu } from './account-menu'
import { useEnterTenant } from './use-enter-tenant'
import { useSignOut } from './use-sign-out'

export function UserMenu({ children }: { children: ReactElement }) {
  const { t } = useTranslation()
  const { user } = useMe()
  const leave = useSignOut()
  const navigate = useNavigate()
  return (
    <AccountMenu trigger={children} who={user} places={<Tenants />} onLeave={leave}>
      <MenuItem onSelect={() => void navigate(withinUnit('/wallboard', useUnit.getState().id))}>
        <MonitorPlay aria-hidden />
        {t('wallboard.title')}
      </MenuItem>
    </AccountMenu>
  )
}

/** Shown to who belongs to several. */
function Tenants() {
  const { t } = useTranslation()
  const { tenant } = useMe()
  const enter = useEnterTenant()
  const tenants = useQuery(ownTenantsQuery).data?.items ?? []
  if (tenants.length < 2) return null
  return (
    <>
      <MenuSeparator />
      <MenuLabel>{t('shell.organizations')}</MenuLabel>
      <MenuRadioGroup value={tenant.id} onValueChange={(id) => id !== tenant.id && enter(id)}>
        {tenants.map(({ id, name }) => (
          <MenuRadioItem key={id} value={id}>
            {name}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </>
  )
}
