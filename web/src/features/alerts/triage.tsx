import { RotateCcw } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SearchedSelect } from '@/kit/searched-select'
import { useBegun } from '@/lib/begun'
import { useCan, useIsMember, useMe } from '@/lib/me'
import { Button } from '@/ui/button'
import { TextArea } from '@/ui/input'
import { useAssigneeOffer } from './assignees'
import { CloseMenu } from './close-menu'
import { usePersonName } from './person'
import type { Alert, Verdict } from './queries'

export type Triage = {
  acknowledge: (comment?: string) => void
  assign: (user_id: string | null) => void
  close: (verdict: Verdict, comment?: string) => void
  reopen: () => void
  busy: boolean
}

/** Whose the alert is, and the choice of who can see it. */
export function Assignee({ alert, onAssign }: { alert: Alert; onAssign: Triage['assign'] }) {
  const { t } = useTranslation()
  const can = useCan()
  const me = useMe().user.id
  const isMember = useIsMember()
  const personName = usePersonName()
  const [text, setText] = useState('')
  const offer = useAssigneeOffer(text, alert.id)
  const name = alert.assigned_to && personName(alert.assigned_to)
  if (!can('alerts.assign')) return name ?? t('alerts.assignee.nobody')
  return (
    <span className="flex flex-wrap items-center gap-2">
      <SearchedSelect
        className="h-7 w-48"
        aria-label={`${t('alerts.assignee.label')}: ${name ?? t('alerts.assignee.nobody')}`}
        label={t('alerts.assignee.label')}
        value={alert.assigned_to?.id ?? ''}
        text={name ?? ''}
        none={t('alerts.assignee.nobody')}
        offer={offer}
        onText={setText}
        onValueChange={(id) => onAssign(id || null)}
      />
      {isMember && alert.assigned_to?.id !== me && (
        <Button size="small" variant="link" onClick={() => onAssign(me)}>
          {t('alerts.assignee.take')}
        </Button>
      )}
    </span>
  )
}

type TriageFormProps = { alert: Alert; triage: Triage; closing: boolean; onClosing: (open: boolean) => void }

/** A word about it, and what one does with it. */
export function TriageForm({ alert, triage, closing, onClosing }: TriageFormProps) {
  const { t } = useTranslation()
  const can = useCan()
  const id = useId()
  const [comment, setComment] = useState('')
  const said = comment.trim() || undefined
  useBegun(said && alert.status !== 'closed' ? 1 : 0)
  const mayAcknowledge = alert.status === 'open' && can('alerts.acknowledge')
  const mayClose = can('alerts.close')
  if (alert.status === 'closed') {
    if (!mayClose) return null
    return (
      <Button busy={triage.busy} onClick={triage.reopen}>
        <RotateCcw aria-hidden />
        {t('alerts.reopen')}
      </Button>
    )
  }
  if (!mayAcknowledge && !mayClose) return null
  return (
    <form
      className="border-border space-y-2 border-t pt-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (mayAcknowledge) triage.acknowledge(said)
      }}
    >
      <label htmlFor={id} className="font-medium">
        {t('alerts.comment')} <span className="text-muted text-xs font-normal">{t('form.optional')}</span>
      </label>
      <TextArea id={id} value={comment} onChange={(event) => setComment(event.target.value)} maxLength={2000} />
      <div className="flex flex-wrap gap-2">
        {mayAcknowledge && (
          <Button type="submit" variant="primary" busy={triage.busy}>
            {t('alerts.acknowledge')}
          </Button>
        )}
        {mayClose && (
          <CloseMenu busy={triage.busy} open={closing} onOpenChange={onClosing} onClose={(verdict) => triage.close(verdict, said)} />
        )}
      </div>
    </form>
  )
}
