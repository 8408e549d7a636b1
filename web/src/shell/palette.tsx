import { Command } from 'cmdk'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  CirclePlus,
  CircleUserRound,
  CornerDownLeft,
  LogOut,
  type LucideIcon,
  Moon,
  Server,
  Settings,
  ShieldAlert,
  Sun,
  User,
} from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import { type ReactNode, useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { alertSearchQuery } from '@/features/alerts/queries'
import { deviceSearchQuery } from '@/features/devices/queries'
import { userSearchQuery } from '@/features/users/queries'
import { useCan } from '@/lib/me'
import { chooseTheme, useTheme } from '@/lib/theme'
import { overlayClasses } from '@/ui/dialog'
import { useAccountPages, useDestinations, useSettingsPages } from './navigation'
import { useSignOut } from './use-sign-out'

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const leave = useSignOut()
  const can = useCan()
  const destinations = useDestinations()
  const settings = useSettingsPages()
  const account = useAccountPages()
  const theme = useTheme((state) => state.resolved)
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const wanted = search.length >= 2
  const found = { placeholderData: keepPreviousData }
  const devices = useQuery({ ...deviceSearchQuery(search), ...found, enabled: wanted && can('devices.read') })
  const alerts = useQuery({ ...alertSearchQuery(search), ...found, enabled: wanted && destinations.some(({ to }) => to === '/alerts') })
  const users = useQuery({ ...userSearchQuery(search), ...found, enabled: wanted && can('settings.users.read') })
  const searching = wanted && (devices.isFetching || alerts.isFetching || users.isFetching)

  const run = (work: () => unknown) => () => {
    onClose()
    work()
  }
  const go = (to: string) => run(() => navigate(to))

  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayClasses} />
        <Primitive.Content
          aria-describedby={undefined}
          className="border-border bg-surface shadow-floating data-[state=open]:animate-rise-in fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl overflow-hidden rounded-xl border"
        >
          <Primitive.Title className="sr-only">{t('palette.title')}</Primitive.Title>
          <Command label={t('palette.title')} loop>
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder={t('palette.placeholder')}
              className="border-border placeholder:text-muted h-12 w-full border-b bg-transparent px-4 text-base outline-none"
            />
            <Command.List className="thin-scrollbar max-h-[min(26rem,60vh)] overflow-y-auto p-1.5">
              <Command.Empty className="text-muted px-4 py-8 text-center">
                {searching ? t('palette.searching') : t('palette.nothing')}
              </Command.Empty>
              <Group heading={t('palette.go_to')}>
                {destinations.map((place) => (
                  <Item key={place.to} icon={place.icon} text={t(place.label)} onSelect={go(place.to)} />
                ))}
                {settings.map((page) => (
                  <Item key={page.to} icon={Settings} text={`${t('nav.settings')} › ${t(page.label)}`} onSelect={go(page.to)} />
                ))}
                {account.map((page) => (
                  <Item key={page.to} icon={CircleUserRound} text={`${t('account.title')} › ${t(page.label)}`} onSelect={go(page.to)} />
                ))}
              </Group>
              {wanted && devices.data && devices.data.items.length > 0 && (
                <Group heading={t('nav.devices')}>
                  {devices.data.items.map((device) => (
                    <Item
                      key={device.id}
                      id={device.id}
                      search={search}
                      icon={Server}
                      text={device.name}
                      hint={t(`devices.status.${device.status}`)}
                      onSelect={go(`/devices/${device.id}`)}
                    />
                  ))}
                </Group>
              )}
              {wanted && alerts.data && alerts.data.items.length > 0 && (
                <Group heading={t('nav.alerts')}>
                  {alerts.data.items.map((alert) => (
                    <Item
                      key={alert.id}
                      id={alert.id}
                      search={search}
                      icon={ShieldAlert}
                      text={alert.title}
                      hint={`${t(`severity.${alert.severity}`)} · ${alert.device_name}`}
                      onSelect={go(`/alerts?status=all&alert=${alert.id}`)}
                    />
                  ))}
                </Group>
              )}
              {wanted && users.data && users.data.items.length > 0 && (
                <Group heading={t('settings.users.title')}>
                  {users.data.items.map((user) => (
                    <Item
                      key={user.id}
                      id={user.id}
                      search={search}
                      icon={User}
                      text={user.name}
                      hint={user.email}
                      onSelect={go(`/settings/users?search=${encodeURIComponent(user.email)}&user=${user.id}`)}
                    />
                  ))}
                </Group>
              )}
              <Group heading={t('palette.actions')}>
                {can('settings.edge_registration_keys.create') && can('devices.read') && (
                  <Item icon={CirclePlus} text={t('devices.add.title')} onSelect={go('/devices?add=true')} />
                )}
                {can('settings.users.create') && (
                  <Item icon={CirclePlus} text={t('settings.users.add')} onSelect={go('/settings/users?add=true')} />
                )}
                <Item
                  icon={theme === 'dark' ? Sun : Moon}
                  text={theme === 'dark' ? t('palette.to_light') : t('palette.to_dark')}
                  onSelect={run(() => chooseTheme(theme === 'dark' ? 'light' : 'dark'))}
                />
                <Item icon={LogOut} text={t('shell.sign_out')} onSelect={run(leave)} />
              </Group>
            </Command.List>
          </Command>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium"
    >
      {children}
    </Command.Group>
  )
}

type ItemProps = { id?: string; search?: string; icon: LucideIcon; text: string; hint?: string; onSelect: () => void }

function Item({ id, search, icon: Icon, text, hint, onSelect }: ItemProps) {
  return (
    // What the server found stays, though its words may not match ours: the search text is one of its keywords.
    <Command.Item
      value={id ?? text}
      keywords={search ? [text, search] : undefined}
      onSelect={onSelect}
      className="group data-[selected=true]:bg-hover flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2"
    >
      <Icon className="text-muted size-4 shrink-0" aria-hidden />
      <span className="truncate">{text}</span>
      {hint && <span className="text-muted truncate text-xs">{hint}</span>}
      <CornerDownLeft className="text-muted ml-auto size-3.5 opacity-0 group-data-[selected=true]:opacity-100" aria-hidden />
    </Command.Item>
  )
}
