import { Ban, CircleCheck, Hourglass, KeyRound, Plus, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { EmptyState } from '@/kit/empty-state'
import { RelativeTime } from '@/kit/relative-time'
import { RowList } from '@/kit/row-list'
import { SecretDialog } from '@/kit/secret-dialog'
import { Status } from '@/kit/status'
import { useNow } from '@/lib/clock'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { DialogActions } from '@/ui/dialog'
import { useSendCommand } from './commands'
import { type DeviceKey, deviceKeyList, isLiving, useCreateDeviceKey, useRevokeDeviceKey } from './keys'
import type { Device } from './queries'

export default function Keys({ device }: { device: Device }) {
  const { t } = useTranslation()
  const can = useCan()
  const now = useNow()
  const { rows, query } = useList(deviceKeyList(device.id))
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<DeviceKey | null>(null)
  const revoke = useRevokeDeviceKey()
  const living = rows.filter((key) => isLiving(key, now))
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap gap-2">
        {can('commands.create') && <RotateButton device={device} />}
        {can('devices.keys.create') && (
          <Button onClick={() => setMaking(true)}>
            <Plus aria-hidden />
            {t('devices.keys.make')}
          </Button>
        )}
      </div>
      <RowList
        label={t('devices.tab.keys')}
        rows={rows}
        query={query}
        empty={<EmptyState icon={KeyRound} title={t('devices.keys.none')} description={t('devices.keys.none_hint')} />}
      >
        {(key) => <KeyRow key={key.id} deviceKey={key} onRevoke={can('devices.keys.delete') ? () => setRevoking(key) : undefined} />}
      </RowList>
      <MakeKey device={device} open={making} onClose={() => setMaking(false)} />
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={(open) => !open && setRevoking(null)}
        title={t('devices.keys.revoke_title')}
        description={living.length > 1 ? t('devices.keys.revoke_one') : t('devices.keys.revoke_last')}
        confirmLabel={t('devices.keys.revoke')}
        typed={living.length > 1 ? undefined : device.name}
        onConfirm={async () => {
          if (!revoking) return
          await revoke.mutateAsync(revoking.id)
          notify.success(t('devices.keys.revoked'))
        }}
      />
    </div>
  )
}

/** Its agent makes a new key and goes over to it by itself. */
function RotateButton({ device }: { device: Device }) {
  const { t } = useTranslation()
  const send = useSendCommand(device.id)
  const rotate = () =>
    send.mutate(
      { type: 'rotate_key' },
      {
        onSuccess: () => notify.success(device.status === 'online' ? t('commands.sent') : t('commands.queued_offline')),
        onError: (error) => notify.error(asProblem(error).message || t('error.network')),
      },
    )
  return (
    <Button busy={send.isPending} onClick={rotate}>
      <RefreshCw aria-hidden />
      {t('commands.type.rotate_key')}
    </Button>
  )
}

function MakeKey({ device, open, onClose }: { device: Device; open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const create = useCreateDeviceKey(device.id)
  const make = async (tell: (secret: string) => void) => {
    try {
      tell((await create.mutateAsync()).device_key)
    } catch (error) {
      notify.error(asProblem(error).message || t('error.network'))
    }
  }
  return (
    <SecretDialog
      open={open}
      onClose={onClose}
      title={t('devices.keys.make')}
      created={t('devices.keys.made')}
      label={t('devices.keys.one')}
    >
      {(tell, cancel) => (
        <>
          <p>{t('devices.keys.make_hint')}</p>
          <DialogActions>
            <Button onClick={cancel}>{t('action.cancel')}</Button>
            <Button variant="primary" busy={create.isPending} onClick={() => void make(tell)}>
              {t('devices.keys.make')}
            </Button>
          </DialogActions>
        </>
      )}
    </SecretDialog>
  )
}

function KeyRow({ deviceKey, onRevoke }: { deviceKey: DeviceKey; onRevoke: (() => void) | undefined }) {
  const { t } = useTranslation()
  const now = useNow()
  const living = isLiving(deviceKey, now)
  const { prefix, last_used_at, expires_at, revoked_at, created_at } = deviceKey
  return (
    <li className="grid min-h-11 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-2 sm:grid-cols-[8rem_9rem_minmax(0,1fr)_5rem]">
      <code className="font-mono text-xs">{prefix ? `${prefix}…` : t('devices.keys.older')}</code>
      <span>
        {living ? (
          <Status tone={expires_at ? 'medium' : 'positive'} icon={expires_at ? Hourglass : CircleCheck}>
            {expires_at ? t('devices.keys.is_replaced') : t('devices.keys.is_valid')}
          </Status>
        ) : (
          <Status tone="neutral" icon={Ban}>
            {t('devices.keys.is_ended')}
          </Status>
        )}
      </span>
      <span className="text-muted flex flex-wrap gap-x-3 text-xs">
        <span>
          {t('devices.keys.made_at')} <RelativeTime at={created_at} />
        </span>
        <span>
          {t('devices.keys.last_used')} <RelativeTime at={last_used_at} none={t('devices.keys.never_used')} />
        </span>
        {(revoked_at ?? expires_at) && (
          <span>
            {living ? t('devices.keys.ends') : t('devices.keys.ended')} <RelativeTime at={revoked_at ?? expires_at} />
          </span>
        )}
      </span>
      {onRevoke && living && (
        <Button
          size="small"
          variant="quiet"
          className="justify-self-end"
          onClick={onRevoke}
          aria-label={t('devices.keys.revoke_named', { prefix: prefix ?? '' })}
        >
          {t('devices.keys.revoke')}
        </Button>
      )}
    </li>
  )
}
