import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
import { SiteName } from '@/features/sites/site-name'
import type { TableColumn } from '@/kit/data-table/types'
import { RelativeTime } from '@/kit/relative-time'
import { Status } from '@/kit/status'
import { deviceLooks } from './device-status'
import type { Device } from './queries'

export function useDeviceColumns(): TableColumn<Device>[] {
  const { t } = useTranslation()
  const { nameOf } = useOrgUnits()
  return useMemo<TableColumn<Device>[]>(() => {
    // Looked up once, not once a row.
    const never = t('devices.status.never')
    const words = { online: t('devices.status.online'), offline: t('devices.status.offline'), never }
    return [
      {
        id: 'name',
        header: t('devices.name'),
        sort: 'name',
        choice: 'locked',
        cell: (device) => (
          <Link to={`/devices/${device.id}`} tabIndex={-1} className="font-medium hover:underline">
            {device.name}
          </Link>
        ),
      },
      {
        id: 'status',
        header: t('devices.status.label'),
        width: 126,
        narrowWidth: 108,
        cell: ({ status }) => <Status {...deviceLooks[status]}>{words[status]}</Status>,
      },
      { id: 'type', header: t('devices.type'), width: 130, from: 'md', sort: 'type', cell: (device) => device.type },
      { id: 'address', header: t('devices.address'), width: 140, from: 'lg', cell: (device) => device.address ?? '—' },
      { id: 'org_unit', header: t('devices.org_unit'), from: 'lg', cell: (device) => nameOf(device.org_unit_id) ?? '—' },
      { id: 'site', header: t('devices.site'), from: 'lg', choice: 'hidden', cell: ({ site_id }) => <SiteName id={site_id} /> },
      { id: 'location', header: t('devices.location'), from: 'xl', sort: 'location', cell: (device) => device.location ?? '—' },
      {
        id: 'last_seen',
        header: t('devices.last_seen'),
        width: 130,
        from: 'sm',
        sort: 'last_seen_at',
        cell: (device) => <RelativeTime at={device.last_seen_at} none={never} />,
      },
      {
        id: 'agent_version',
        header: t('devices.agent_version'),
        width: 120,
        from: 'md',
        choice: 'hidden',
        cell: (device) => device.agent_version ?? '—',
      },
      { id: 'hardware_id', header: t('devices.hardware_id'), from: 'md', choice: 'hidden', cell: (device) => device.hardware_id ?? '—' },
      {
        id: 'created',
        header: t('devices.registered'),
        width: 130,
        from: 'md',
        sort: 'created_at',
        choice: 'hidden',
        cell: (device) => <RelativeTime at={device.created_at} />,
      },
    ]
  }, [t, nameOf])
}
