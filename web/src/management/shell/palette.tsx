import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Building2, CirclePlus, CircleUserRound, History, UserRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { answer } from '@/lib/answers'
import { usePlaces as useKeptPlaces } from '@/lib/places'
import { CommandGroup, CommandItem, CommandPanel } from '@/shell/command-panel'
import { OwnCommands } from '@/shell/own-commands'
import { useLeave } from '@/shell/use-leave'
import { staffList } from '../features/staff/queries'
import { api, signOut } from '../lib/api'
import { useCan } from '../lib/me'
import { usePlaces } from './places'

const tenantsFound = (search: string) =>
  queryOptions({
    queryKey: ['tenants', 'found', search],
    queryFn: () => answer(api.tenants.get({ query: { search, limit: 8 } })),
    enabled: search.length >= 2,
    placeholderData: keepPreviousData,
  })

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const can = useCan()
  const leave = useLeave(signOut)
  const places = usePlaces()
  const { favourites, recent } = useKeptPlaces()
  const [text, setText] = useState('')
  const search = text.trim()
  const wanted = search.length >= 2
  const tenants = useQuery(tenantsFound(search))
  const staff = useInfiniteQuery({ ...staffList, enabled: wanted && can('staff.read') })
  const kept = [...favourites, ...recent.filter(({ path }) => !favourites.some((place) => place.path === path))]

  const run = (work: () => unknown) => () => {
    onClose()
    work()
  }
  const go = (to: string) => run(() => navigate(to))

  return (
    <CommandPanel
      title={t('palette.title')}
      placeholder={t('palette.placeholder')}
      text={text}
      onText={setText}
      nothing={wanted && tenants.isFetching ? t('palette.searching') : t('palette.nothing')}
      onClose={onClose}
    >
      {kept.length > 0 && !wanted && (
        <CommandGroup heading={t('places.recent')}>
          {kept.map(({ path, title }) => (
            <CommandItem key={path} id={path} icon={History} text={title} onSelect={go(path)} />
          ))}
        </CommandGroup>
      )}
      <CommandGroup heading={t('palette.go_to')}>
        {places.map(({ to, label, icon }) => (
          <CommandItem key={to} icon={icon} text={t(label)} onSelect={go(to)} />
        ))}
        <CommandItem icon={CircleUserRound} text={t('account.title')} onSelect={go('/account')} />
      </CommandGroup>
      {wanted && tenants.data && tenants.data.items.length > 0 && (
        <CommandGroup heading={t('management.tenants.title')}>
          {tenants.data.items.map(({ id, name }) => (
            <CommandItem
              key={id}
              id={id}
              search={tenants.isPlaceholderData ? undefined : search}
              icon={Building2}
              text={name}
              onSelect={go(`/tenants/${id}`)}
            />
          ))}
        </CommandGroup>
      )}
      {wanted && staff.data && (
        <CommandGroup heading={t('management.staff.title')}>
          {staff.data.pages
            .flatMap(({ items }) => items)
            .map(({ id, name, email }) => (
              <CommandItem key={id} id={id} icon={UserRound} text={name} hint={email} onSelect={go(`/staff?member=${id}`)} />
            ))}
        </CommandGroup>
      )}
      <CommandGroup heading={t('palette.actions')}>
        {can('tenants.create') && (
          <CommandItem icon={CirclePlus} text={t('management.tenants.create')} onSelect={go('/tenants?add=true')} />
        )}
        <OwnCommands run={run} leave={leave} />
      </CommandGroup>
    </CommandPanel>
  )
}
