import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { type KeyboardEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
import { CopyButton } from '@/kit/copy-button'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { Severity } from '@/kit/severity'
import { formatNumber } from '@/lib/format'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { TextArea } from '@/ui/input'
import { Sheet, SheetContent } from '@/ui/sheet'
import { AlertStatus } from './alert-status'
import { type Alert, alertQuery, useAcknowledge } from './queries'

type AlertDrawerProps = {
  id: string | null
  known: Alert | undefined
  mayAcknowledge: boolean
  onClose: () => void
  onStep: (by: number) => void
}

export function AlertDrawer({ id, known, mayAcknowledge, onClose, onStep }: AlertDrawerProps) {
  const { t } = useTranslation()
  const query = useQuery({ ...alertQuery(id ?? ''), enabled: id !== null, initialData: known, initialDataUpdatedAt: 0 })
  const acknowledge = useAcknowledge()
  const alert = query.data
  const submit = (comment?: string) => {
    if (!alert || alert.status !== 'open' || !mayAcknowledge || acknowledge.isPending) return
    acknowledge.mutate({ id: alert.id, comment }, { onSuccess: () => notify.success(t('alerts.acknowledged_one', { title: alert.title })) })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).closest('input, textarea') || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'j') onStep(1)
    else if (event.key === 'k') onStep(-1)
    else if (event.key === 'a') submit()
  }
  const toolbar = (
    <>
      <Button size="icon" variant="quiet" aria-label={t('alerts.previous')} title="k" onClick={() => onStep(-1)}>
        <ChevronUp aria-hidden />
      </Button>
      <Button size="icon" variant="quiet" aria-label={t('alerts.next')} title="j" onClick={() => onStep(1)}>
        <ChevronDown aria-hidden />
      </Button>
    </>
  )
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={t('alerts.one')} toolbar={toolbar} onKeyDown={onKeyDown}>
        <Loaded query={query}>
          {(data) => (
            <Details key={data.id} alert={data} mayAcknowledge={mayAcknowledge} busy={acknowledge.isPending} onAcknowledge={submit} />
          )}
        </Loaded>
      </SheetContent>
    </Sheet>
  )
}

type DetailsProps = { alert: Alert; mayAcknowledge: boolean; busy: boolean; onAcknowledge: (comment?: string) => void }

function Details({ alert, mayAcknowledge, busy, onAcknowledge }: DetailsProps) {
  const { t } = useTranslation()
  const { nameOf } = useOrgUnits()
  return (
    <article className="space-y-5 p-5">
      <header className="space-y-2">
        <div className="flex flex-wrap items-center gap-3">
          <Severity value={alert.severity} />
          <AlertStatus value={alert.status} />
        </div>
        <h3 className="text-lg leading-6 font-semibold text-balance">{alert.title}</h3>
        {alert.description && <p className="whitespace-pre-wrap">{alert.description}</p>}
      </header>
      <DefinitionList>
        <Definition term={t('alerts.device')}>
          <Link to={`/devices/${alert.device_id}`} className="text-accent-text hover:underline">
            {alert.device_name}
          </Link>
        </Definition>
        {alert.org_unit_id && <Definition term={t('devices.org_unit')}>{nameOf(alert.org_unit_id) ?? '—'}</Definition>}
        {alert.source_ip && <Address term={t('alerts.source_ip')} value={alert.source_ip} />}
        {alert.destination_ip && <Address term={t('alerts.destination_ip')} value={alert.destination_ip} />}
        {alert.rule && (
          <Definition term={t('alerts.rule')}>
            <code className="font-mono text-xs">{alert.rule}</code>
          </Definition>
        )}
        <Definition term={t('alerts.count')}>{formatNumber(alert.count)}</Definition>
        <Definition term={t('alerts.first_seen')}>
          <RelativeTime at={alert.first_seen_at} />
        </Definition>
        <Definition term={t('alerts.last_seen')}>
          <RelativeTime at={alert.last_seen_at} />
        </Definition>
        {alert.acknowledged_at && (
          <Definition term={t('alerts.status.acknowledged')}>
            <RelativeTime at={alert.acknowledged_at} />
            {alert.acknowledged_by && ` · ${alert.acknowledged_by.name}`}
          </Definition>
        )}
      </DefinitionList>
      {alert.status === 'open' && mayAcknowledge && <AcknowledgeForm busy={busy} onAcknowledge={onAcknowledge} />}
    </article>
  )
}

function Address({ term, value }: { term: string; value: string }) {
  const { t } = useTranslation()
  return (
    <Definition term={term}>
      <span className="flex h-5 items-center gap-1">
        {value}
        <CopyButton text={value} label={t('alerts.copy_address', { address: value })} />
      </span>
    </Definition>
  )
}

function AcknowledgeForm({ busy, onAcknowledge }: { busy: boolean; onAcknowledge: (comment?: string) => void }) {
  const { t } = useTranslation()
  const id = useId()
  const [comment, setComment] = useState('')
  return (
    <form
      className="border-border space-y-2 border-t pt-4"
      onSubmit={(event) => {
        event.preventDefault()
        onAcknowledge(comment.trim() || undefined)
      }}
    >
      <label htmlFor={id} className="font-medium">
        {t('alerts.comment')} <span className="text-muted text-xs font-normal">{t('form.optional')}</span>
      </label>
      <TextArea id={id} value={comment} onChange={(event) => setComment(event.target.value)} maxLength={2000} />
      <Button type="submit" variant="primary" busy={busy}>
        {t('alerts.acknowledge')}
      </Button>
    </form>
  )
}
