import { useQuery } from '@tanstack/react-query'
import { CircleCheckBig, LoaderCircle } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { CodeBox } from '@/kit/code-box'
import { Button } from '@/ui/button'
import { DialogActions } from '@/ui/dialog'
import { type Device, type AddedDevice, deviceQuery, newestDevicesQuery } from './queries'
import { type Sender, settingsOf } from './senders'

export type CreatedKey = { provisioning_key: string; created_at: string }
type Next = { onClose: () => void; onAnother: () => void }

/** The command that registers, until the device is there. */
export function WaitingForAgent({ created, ...next }: { created: CreatedKey } & Next) {
  const { t } = useTranslation()
  const { data } = useQuery(newestDevicesQuery)
  const command = `MONOZU_URL=${location.origin} PROVISIONING_KEY=${created.provisioning_key} monozu edge`
  const device = data?.items.find((candidate) => candidate.created_at >= created.created_at)
  return (
    <>
      <div className="space-y-4">
        <CodeBox label={t('devices.add.command')} copyLabel={t('devices.add.copy_command')} text={command} />
        <p className="text-muted text-xs">{t('devices.add.key_limits')}</p>
        <Arrival
          device={device}
          arrived={(name) => t('devices.add.arrived', { name })}
          waiting={t('devices.add.waiting')}
          hint={t('devices.add.waiting_hint')}
        />
      </div>
      <Actions {...next} />
    </>
  )
}

const pollMs = 2_500

/** Settings of what sends by itself, with the key of its device, until something of it has arrived. */
export function WaitingForData({ sender, device, ...next }: { sender: Sender; device: AddedDevice } & Next) {
  const { t } = useTranslation()
  const { data } = useQuery({ ...deviceQuery(device.device_id), refetchInterval: pollMs })
  // Made once: one of them holds the time.
  const [settings] = useState(() => settingsOf(sender, device))
  return (
    <>
      <div className="space-y-4">
        <CodeBox label={t(`devices.add.reporters.${sender}`)} copyLabel={t('devices.add.copy_settings')} text={settings} />
        <p className="text-muted text-xs">{t('devices.add.key_once')}</p>
        <Arrival
          device={data?.data.status === 'never' ? undefined : data?.data}
          arrived={(name) => t('devices.add.reports', { name })}
          waiting={t('devices.add.waiting_data')}
          hint={t('devices.add.waiting_data_hint')}
        />
      </div>
      <Actions {...next} />
    </>
  )
}

type ArrivalProps = { device: Device | undefined; arrived: (name: string) => string; waiting: string; hint: string }

function Arrival({ device, arrived, waiting, hint }: ArrivalProps) {
  const { t } = useTranslation()
  return (
    <div
      role="status"
      aria-live="polite"
      className={device ? 'bg-positive-soft border-positive/40 rounded-lg border p-4' : 'border-border rounded-lg border border-dashed p-4'}
    >
      {device ? (
        <div className="flex flex-wrap items-center gap-3">
          <CircleCheckBig className="text-positive size-7 shrink-0" aria-hidden />
          <div className="min-w-0 flex-1">
            <p className="text-positive truncate font-semibold">{arrived(device.name)}</p>
            <p className="text-positive text-xs">{[device.type, device.address].filter(Boolean).join(' · ')}</p>
          </div>
          <Button asChild variant="primary">
            <Link to={`/devices/${device.id}`}>{t('devices.add.open')}</Link>
          </Button>
        </div>
      ) : (
        <div className="flex items-center gap-3">
          <LoaderCircle className="text-muted size-7 shrink-0 animate-spin" aria-hidden />
          <div>
            <p className="font-medium">{waiting}</p>
            <p className="text-muted text-xs">{hint}</p>
          </div>
        </div>
      )}
    </div>
  )
}

function Actions({ onClose, onAnother }: Next) {
  const { t } = useTranslation()
  return (
    <DialogActions>
      <Button onClick={onAnother}>{t('devices.add.another')}</Button>
      <Button onClick={onClose}>{t('action.close')}</Button>
    </DialogActions>
  )
}
