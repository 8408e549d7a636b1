import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Field, ProblemNote, useServerForm } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { type Plan, plansQuery } from '../plans/queries'
import { useGiveLicence } from './queries'

export function GiveLicence({ tenant_id, open, onClose }: { tenant_id: string; open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const plans = useQuery({ ...plansQuery, enabled: open })
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent title={t('management.licence.give')} description={t('management.licence.give_hint')}>
        <Loaded query={plans}>
          {({ items }) => <GiveForm tenant_id={tenant_id} plans={items.filter(({ archived }) => !archived)} onDone={onClose} />}
        </Loaded>
      </DialogContent>
    </Dialog>
  )
}

function GiveForm({ tenant_id, plans, onDone }: { tenant_id: string; plans: Plan[]; onDone: () => void }) {
  const { t } = useTranslation()
  const give = useGiveLicence(tenant_id)
  const form = useServerForm<{ plan_id: string; expires_at: string; reason: string }>({
    defaultValues: { plan_id: plans[0]?.id ?? '', expires_at: '', reason: '' },
    submit: async ({ plan_id, expires_at, reason }) => {
      // The whole of the day, as the reader counts it.
      const end = expires_at ? new Date(`${expires_at}T23:59:59`).toISOString() : null
      const { plan } = await give.mutateAsync({ plan_id, expires_at: end, reason: reason.trim() })
      notify.success(t('management.licence.given', { plan }))
      onDone()
    },
  })
  const { errors, isSubmitting } = form.formState
  const said = (text: string) => text.trim().length >= 3 || t('management.tenants.reason_short')
  if (plans.length === 0) return <p className="text-muted">{t('management.licence.no_plan')}</p>
  return (
    <form onSubmit={(event) => void form.send(event)} noValidate className="space-y-4">
      <Field label={t('management.licence.plan')} required error={errors.plan_id?.message}>
        {(control) => (
          <Select
            {...control}
            value={form.watch('plan_id')}
            onValueChange={(id) => form.setValue('plan_id', id)}
            options={plans.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
      </Field>
      <Field label={t('management.licence.last_day')} hint={t('management.licence.last_day_hint')} error={errors.expires_at?.message}>
        {(control) => <Input {...control} {...form.register('expires_at')} type="date" />}
      </Field>
      <Field label={t('management.tenants.reason')} hint={t('management.tenants.reason_hint')} required error={errors.reason?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('reason', { required: t('form.required'), validate: said })}
            maxLength={500}
            autoComplete="off"
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('management.licence.give')}
        </Button>
      </DialogActions>
    </form>
  )
}
