import { useQuery } from '@tanstack/react-query'
import { Building2, Globe, Landmark } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
import { ownTenantsQuery, useMe } from '@/lib/me'
import { isNarrowed, searchWithin, useUnit, withinUnit } from '@/lib/unit'
import { CommandGroup, CommandItem, CommandPanel } from './command-panel'
import { useEnterTenant } from './use-enter-tenant'

export default function PlaceList({ current, onClose }: { current: string | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { tenant } = useMe()
  const { options } = useOrgUnits()
  const { pathname, search } = useLocation()
  const navigate = useNavigate()
  const enter = useEnterTenant()
  const [text, setText] = useState('')
  const tenants = useQuery(ownTenantsQuery).data?.items ?? []
  const choose = (id: string | null) => () => {
    onClose()
    useUnit.setState({ id })
    if (isNarrowed(pathname)) void navigate(searchWithin(search, id) || pathname)
    else if (id) void navigate(withinUnit('/devices', id))
  }
  return (
    <CommandPanel
      title={t('place.title')}
      placeholder={t('place.placeholder')}
      text={text}
      onText={setText}
      nothing={t('palette.nothing')}
      onClose={onClose}
    >
      <CommandGroup heading={t('place.units')}>
        <CommandItem icon={Globe} text={t('place.everything')} current={current === null} onSelect={choose(null)} />
        {options.map(({ value, label, depth }) => (
          <CommandItem
            key={value}
            id={value}
            icon={Building2}
            text={label}
            depth={text ? 0 : depth}
            current={value === current}
            onSelect={choose(value)}
          />
        ))}
      </CommandGroup>
      {tenants.length > 1 && (
        <CommandGroup heading={t('shell.organizations')}>
          {tenants.map(({ id, name }) => (
            <CommandItem
              key={id}
              id={id}
              icon={Landmark}
              text={name}
              current={id === tenant.id}
              onSelect={() => {
                onClose()
                if (id !== tenant.id) enter(id)
              }}
            />
          ))}
        </CommandGroup>
      )}
    </CommandPanel>
  )
}
