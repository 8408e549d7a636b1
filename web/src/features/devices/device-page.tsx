import { useQuery } from '@tanstack/react-query'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { leaveForms } from '@/lib/begun'
import { later } from '@/lib/later'
import { useCan, useFeatures } from '@/lib/me'
import { Skeleton } from '@/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/ui/tabs'
import { DeviceStatus } from './device-status'
import { type TaggedDevice, watchedDeviceQuery } from './queries'

const Overview = later(() => import('./overview'))
const Neighbours = later(() => import('./neighbours'))
const Commands = later(() => import('./commands-tab'))
const Events = later(() => import('./events-tab'))
const Keys = later(() => import('./keys-tab'))
const DeviceAlerts = later(() => import('./device-alerts'))
const Properties = later(() => import('./properties'))
const DeviceAudit = later(() => import('./device-audit'))

const tabs = ['overview', 'neighbours', 'commands', 'alerts', 'events', 'keys', 'properties', 'audit'] as const

export function DevicePage() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const query = useQuery(watchedDeviceQuery(id))
  return (
    <Loaded
      query={query}
      back={{ to: '/devices', label: t('devices.to_list') }}
      skeleton={
        <div className="space-y-4">
          <PageHeader title={t('devices.loading')} crumbs={[{ label: t('nav.devices'), to: '/devices' }]} />
          <Skeleton className="h-9" />
          <Skeleton className="h-72" />
        </div>
      }
    >
      {(tagged) => <Device key={id} tagged={tagged} />}
    </Loaded>
  )
}

function Device({ tagged }: { tagged: TaggedDevice }) {
  const { t } = useTranslation()
  const can = useCan()
  const features = useFeatures()
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('overview').withOptions({ history: 'push' }))
  const device = tagged.data
  const allowed = {
    overview: can('telemetry.read'),
    neighbours: can('discoveries.read'),
    commands: can('commands.read'),
    alerts: can('alerts.read') && features.security,
    events: can('devices.events.read'),
    keys: can('devices.keys.read'),
    properties: true,
    audit: can('audit.read'),
  }
  const shown = tabs.filter((name) => allowed[name])
  const current = allowed[tab] ? tab : (shown[0] ?? 'properties')
  return (
    <div className="space-y-3">
      <PageHeader
        title={device.name}
        crumbs={[{ label: t('nav.devices'), to: '/devices' }]}
        badge={<DeviceStatus value={device.status} />}
        description={
          <span className="flex flex-wrap gap-x-3">
            <span>{device.type}</span>
            {device.address && <span>{device.address}</span>}
            {device.agent_version && <span>{t('devices.agent', { version: device.agent_version })}</span>}
            {device.last_seen_at && (
              <span>
                {t('devices.last_seen')} <RelativeTime at={device.last_seen_at} />
              </span>
            )}
          </span>
        }
      />
      <Tabs value={current} onValueChange={(value) => leaveForms(() => setTab(tabs.find((name) => name === value) ?? null))}>
        <TabsList aria-label={t('devices.sections')}>
          {shown.map((name) => (
            <TabsTrigger key={name} value={name}>
              {t(`devices.tab.${name}`)}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value={current} tabIndex={-1}>
          <Suspense fallback={<Skeleton className="h-72" />}>
            {current === 'overview' && <Overview device={device} />}
            {current === 'neighbours' && <Neighbours deviceId={device.id} />}
            {current === 'commands' && <Commands device={device} />}
            {current === 'alerts' && <DeviceAlerts deviceId={device.id} />}
            {current === 'events' && <Events deviceId={device.id} />}
            {current === 'keys' && <Keys device={device} />}
            {current === 'properties' && <Properties tagged={tagged} />}
            {current === 'audit' && <DeviceAudit deviceId={device.id} />}
          </Suspense>
        </TabsContent>
      </Tabs>
    </div>
  )
}
