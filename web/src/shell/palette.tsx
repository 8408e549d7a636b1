import { useQuery } from '@tanstack/react-query'
import { CirclePlus, CircleUserRound, History, ListChecks, MonitorPlay, Settings } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useCan } from '@/lib/me'
import { usePageActions } from '@/lib/page-actions'
import { usePlaces } from '@/lib/places'
import { useUnit, withinUnit } from '@/lib/unit'
import { beginsWithWord } from '@/lib/words'
import { CommandGroup, CommandItem, CommandPanel } from './command-panel'
import { useAccountPages, useDestinations, useSettingsPages } from './navigation'
import { OwnCommands } from './own-commands'
import { searchQuery, useResults } from './search-results'
import { useSignOut } from './use-sign-out'

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const leave = useSignOut()
  const can = useCan()
  const destinations = useDestinations()
  const settings = useSettingsPages()
  const account = useAccountPages()
  const [text, setText] = useState('')
  const search = text.trim()
  const wanted = search.length >= 2
  const found = useQuery(searchQuery(search))
  // Found for other words, they stay as long as they have these.
  const answered = found.isPlaceholderData ? undefined : search
  const results = useResults(wanted ? found.data : undefined)
  const { favourites, recent } = usePlaces()
  const unit = useUnit((state) => state.id)
  const places = [...favourites, ...recent.filter(({ path }) => !favourites.some((place) => place.path === path))]
  // What changes things is called by its name: "turin" finds what is there, and offers not to move the selection to it.
  const actions = usePageActions().actions.filter(({ label }) => beginsWithWord(label, text))
  const searching = wanted && found.isFetching

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
      nothing={searching ? t('palette.searching') : t('palette.nothing')}
      onClose={onClose}
    >
      {actions.length > 0 && (
        <CommandGroup heading={t('palette.selection')}>
          {actions.map((action) => (
            <CommandItem key={action.label} icon={ListChecks} text={action.label} onSelect={run(action.run)} />
          ))}
        </CommandGroup>
      )}
      {places.length > 0 && !wanted && (
        <CommandGroup heading={t('places.recent')}>
          {places.map(({ path, title }) => (
            <CommandItem key={path} id={path} icon={History} text={title} onSelect={go(path)} />
          ))}
        </CommandGroup>
      )}
      <CommandGroup heading={t('palette.go_to')}>
        {destinations.map((place) => (
          <CommandItem key={place.to} icon={place.icon} text={t(place.label)} onSelect={go(withinUnit(place.to, unit))} />
        ))}
        {settings.map((page) => (
          <CommandItem key={page.to} icon={Settings} text={`${t('nav.settings')} › ${t(page.label)}`} onSelect={go(page.to)} />
        ))}
        {account.map((page) => (
          <CommandItem key={page.to} icon={CircleUserRound} text={`${t('account.title')} › ${t(page.label)}`} onSelect={go(page.to)} />
        ))}
      </CommandGroup>
      {results.map(({ heading, results: list }) => (
        <CommandGroup key={heading} heading={heading}>
          {list.map(({ to, ...result }) => (
            <CommandItem key={result.id} search={answered} {...result} onSelect={go(to)} />
          ))}
        </CommandGroup>
      ))}
      <CommandGroup heading={t('palette.actions')}>
        {can('settings.edge_registration_keys.create') && can('devices.read') && (
          <CommandItem icon={CirclePlus} text={t('devices.add.title')} onSelect={go('/devices?add=true')} />
        )}
        {can('settings.users.create') && (
          <CommandItem icon={CirclePlus} text={t('settings.users.add')} onSelect={go('/settings/users?add=true')} />
        )}
        <CommandItem icon={MonitorPlay} text={t('wallboard.open')} onSelect={go(withinUnit('/wallboard', unit))} />
        <OwnCommands run={run} leave={leave} />
      </CommandGroup>
    </CommandPanel>
  )
}
