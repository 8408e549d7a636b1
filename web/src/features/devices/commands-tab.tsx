import { Ban, CircleCheck, CircleX, Clock, Hourglass, LoaderCircle, Radar, RefreshCw, Send, Terminal, Timer } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/kit/empty-state'
import { RelativeTime } from '@/kit/relative-time'
import { RowList } from '@/kit/row-list'
import { Status } from '@/kit/status'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { asProblem } from '@/lib/problem'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { type Command, commandList, isUnfinished, type NewCommand, useCancelCommand, useSendCommand } from './commands'
import type { Device } from './queries'
import { SetInterval } from './set-interval'

export default function Commands({ device }: { device: Device }) {
  const { t } = useTranslation()
  const can = useCan()
  const { rows, query } = useList(commandList(device.id))
  const send = useSendCommand(device.id)
  const [settingInterval, setSettingInterval] = useState(false)
  const order = (type: NewCommand['type']) =>
    send.mutate(
      { type },
      {
        onSuccess: () => notify.success(device.status === 'online' ? t('commands.sent') : t('commands.queued_offline')),
        onError: (error) => notify.error(asProblem(error).message || t('error.network')),
      },
    )
  const waiting = send.isPending ? send.variables.type : null
  const mayCreate = can('commands.create')
  const buttons = mayCreate && (
    <div className="flex flex-wrap gap-2">
      <Button busy={waiting === 'ping'} onClick={() => order('ping')}>
        <Radar aria-hidden />
        {t('commands.type.ping')}
      </Button>
      <Button busy={waiting === 'refresh_inventory'} onClick={() => order('refresh_inventory')}>
        <RefreshCw aria-hidden />
        {t('commands.type.refresh_inventory')}
      </Button>
      <Button onClick={() => setSettingInterval(true)}>
        <Timer aria-hidden />
        {t('commands.type.set_interval')}
      </Button>
    </div>
  )
  return (
    <div className="space-y-3">
      {buttons}
      <RowList
        label={t('devices.tab.commands')}
        rows={rows}
        query={query}
        empty={<EmptyState icon={Terminal} title={t('commands.none')} description={mayCreate ? t('commands.none_hint') : undefined} />}
      >
        {(command) => <CommandRow key={command.id} command={command} mayCancel={mayCreate} />}
      </RowList>
      <SetInterval open={settingInterval} onOpenChange={setSettingInterval} deviceId={device.id} />
    </div>
  )
}

const looks = {
  queued: { tone: 'neutral', icon: Clock },
  delivered: { tone: 'accent', icon: Send },
  running: { tone: 'accent', icon: LoaderCircle, spinning: true },
  succeeded: { tone: 'positive', icon: CircleCheck },
  failed: { tone: 'critical', icon: CircleX },
  expired: { tone: 'medium', icon: Hourglass },
  cancelled: { tone: 'neutral', icon: Ban },
} as const

/** The name of a command in words, or as it came where this console does not know it. */
function useCommandName(): (type: string) => string {
  const { t } = useTranslation()
  const names: Record<string, string> = {
    ping: t('commands.type.ping'),
    refresh_inventory: t('commands.type.refresh_inventory'),
    set_interval: t('commands.type.set_interval'),
    rotate_key: t('commands.type.rotate_key'),
  }
  return (type) => names[type] ?? type
}

function CommandRow({ command, mayCancel }: { command: Command; mayCancel: boolean }) {
  const { t } = useTranslation()
  const nameOf = useCommandName()
  const cancel = useCancelCommand()
  const details = {
    ...(Object.keys(command.arguments).length > 0 ? { arguments: command.arguments } : {}),
    ...(command.result ? { result: command.result } : {}),
  }
  return (
    <li className="px-4 py-2">
      <div className="grid min-h-7 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,1fr)_8rem_16rem_4.5rem]">
        <span className="truncate font-medium">{nameOf(command.type)}</span>
        <span role="status">
          <Status {...looks[command.state]}>{t(`commands.state.${command.state}`)}</Status>
        </span>
        <span className="text-muted truncate text-xs">
          {command.requested_by.name ?? command.requested_by.kind} · <RelativeTime at={command.created_at} />
        </span>
        {mayCancel && isUnfinished(command) && (
          <Button
            size="small"
            variant="quiet"
            className="justify-self-end"
            busy={cancel.isPending}
            onClick={() => cancel.mutate(command.id)}
            aria-label={t('commands.cancel', { name: nameOf(command.type) })}
          >
            {t('action.cancel')}
          </Button>
        )}
      </div>
      {command.error && <p className="text-critical mt-1 text-xs">{command.error}</p>}
      {Object.keys(details).length > 0 && (
        <details className="mt-0.5">
          <summary className="text-muted hover:text-text w-fit cursor-pointer rounded text-xs">{t('commands.details')}</summary>
          <pre className="bg-sunken mt-1 max-h-64 overflow-auto rounded-md p-2 font-mono text-xs whitespace-pre-wrap" tabIndex={0}>
            {JSON.stringify(details, null, 2)}
          </pre>
        </details>
      )}
    </li>
  )
}
