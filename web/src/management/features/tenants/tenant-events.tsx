import { Ban, CirclePlay, type LucideIcon, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { ReasonField, useReasonRules } from '../../kit/reason-field'
import { type StaffEvent, staffEvents, type Tenant, useTenantEvent } from './queries'

const icons: Record<StaffEvent, LucideIcon> = { activate: CirclePlay, suspend: Ban, resume: RotateCcw }

/** A button for each event that has its place in the tenant's state; the server says which these are. */
export function TenantEvents({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<StaffEvent | null>(null)
  return (
    <>
      {staffEvents
        // A tenant in its days of grace is active again with its next licence, and not without one.
        .filter((event) => tenant.events.includes(event) && !(event === 'activate' && tenant.state === 'grace'))
        .map((event) => {
          const Icon = icons[event]
          return (
            <Button key={event} variant={event === 'suspend' ? 'danger' : 'primary'} onClick={() => setOpen(event)}>
              <Icon aria-hidden />
              {t(`management.tenants.event.${event}`)}
            </Button>
          )
        })}
      <Dialog open={open !== null} onOpenChange={(next) => !next && setOpen(null)}>
        {open && (
          <DialogContent
            title={t(`management.tenants.ask.${open}`, { name: tenant.name })}
            description={t(`management.tenants.effect.${open}`)}
          >
            <EventForm tenant={tenant} event={open} onDone={() => setOpen(null)} />
          </DialogContent>
        )}
      </Dialog>
    </>
  )
}

function EventForm({ tenant, event, onDone }: { tenant: Tenant; event: StaffEvent; onDone: () => void }) {
  const { t } = useTranslation()
  const change = useTenantEvent(tenant.id)
  const rules = useReasonRules()
  const form = useServerForm<{ reason: string }>({
    defaultValues: { reason: '' },
    submit: async ({ reason }) => {
      const { name, state } = await change.mutateAsync({ event, reason: reason.trim() })
      notify.success(t('management.tenants.changed', { name, state: t(`management.tenants.state.${state}`) }))
      onDone()
    },
  })
  return (
    <Form form={form}>
      <ReasonField field={form.register('reason', rules)} error={form.formState.errors.reason?.message} />
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
        <Button type="submit" variant={event === 'suspend' ? 'dangerSolid' : 'primary'} busy={form.formState.isSubmitting}>
          {t(`management.tenants.event.${event}`)}
        </Button>
      </DialogActions>
    </Form>
  )
}
