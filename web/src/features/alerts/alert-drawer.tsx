import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
import { CopyButton } from '@/kit/copy-button'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { Severity } from '@/kit/severity'
import { formatNumber } from '@/lib/format'
import { useCan, useIsMember, useMe } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Sheet, SheetContent } from '@/ui/sheet'
import { AlertHistory } from './alert-history'
import { AlertStatus } from './alert-status'
import { type Alert, alertQuery, useTriage } from './queries'
import { Assignee, type Triage, TriageForm } from './triage'

type AlertDrawerProps = {
  id: string | null
  known: Alert | undefined
  onClose: () => void
  onStep: (by: number) => void
}

export function AlertDrawer({ id, known, onClose, onStep }: AlertDrawerProps) {
  const { t } = useTranslation()
  const query = useQuery({ ...alertQuery(id ?? ''), enabled: id !== null, initialData: known, initialDataUpdatedAt: 0 })
  const [closing, setClosing] = useState(false)
  const can = useCan()
  const me = useMe().user.id
  const isMember = useIsMember()
  const step = useTriage()
  const alert = query.data
  const run = (change: Parameters<typeof step.mutate>[0], said: string) => {
    if (step.isPending) return
    step.mutate(change, { onSuccess: () => notify.success(said) })
  }
  const triageOf = (one: Alert): Triage => ({
    busy: step.isPending,
    acknowledge: (comment) => run({ id: one.id, action: 'acknowledge', comment }, t('alerts.acknowledged_one', { title: one.title })),
    assign: (user_id) =>
      run({ id: one.id, action: 'assign', user_id }, t(user_id ? 'alerts.assigned_one' : 'alerts.unassigned_one', { title: one.title })),
    close: (verdict, comment) => run({ id: one.id, action: 'close', verdict, comment }, t('alerts.closed_one', { title: one.title })),
    reopen: () => run({ id: one.id, action: 'reopen' }, t('alerts.reopened_one', { title: one.title })),
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).closest('input, textarea') || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'j') onStep(1)
    else if (event.key === 'k') onStep(-1)
    else if (event.key === 'a' && alert?.status === 'open' && can('alerts.acknowledge')) triageOf(alert).acknowledge()
    else if (event.key === 'm' && alert && isMember && can('alerts.assign')) triageOf(alert).assign(me)
    else if (event.key === 'e' && alert && alert.status !== 'closed' && can('alerts.close')) setClosing(true)
    else return
    event.preventDefault()
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
          {(data) => <Details key={data.id} alert={data} triage={triageOf(data)} closing={closing} onClosing={setClosing} />}
        </Loaded>
      </SheetContent>
    </Sheet>
  )
}

type DetailsProps = { alert: Alert; triage: Triage; closing: boolean; onClosing: (open: boolean) => void }

function Details({ alert, triage, closing, onClosing }: DetailsProps) {
  const { t } = useTranslation()
  const { nameOf } = useOrgUnits()
  return (
    <article className="space-y-5 p-5">
      <header className="space-y-2">
        <div className="flex flex-wrap items-center gap-3">
          <Severity value={alert.severity} />
          <AlertStatus value={alert.status} />
          {alert.verdict && <Badge>{t(`alerts.verdict.${alert.verdict}`)}</Badge>}
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
        <Definition term={t('alerts.assignee.label')}>
          <Assignee alert={alert} onAssign={triage.assign} />
        </Definition>
      </DefinitionList>
      <TriageForm key={alert.status} alert={alert} triage={triage} closing={closing} onClosing={onClosing} />
      <AlertHistory alert={alert} />
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
