import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { FormProvider } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { etagOf } from '@/lib/answers'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { ReasonField, useReasonRules } from '../../kit/reason-field'
import { type Plan, plansQuery } from '../plans/queries'
import { readTerms, TermsFields, type TypedTerms, typedTerms } from '../plans/terms-fields'
import { type TenantDetail, useGiveLicence } from './queries'

export function GiveLicence({ tenant, open, onClose }: { tenant: TenantDetail; open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const plans = useQuery({ ...plansQuery, enabled: open })
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={t('management.licence.give')}
        description={
          tenant.licence ? t('management.licence.give_instead', { plan: tenant.licence.plan }) : t('management.licence.give_hint')
        }
      >
        <Loaded query={plans}>
          {({ items }) => <GiveForm tenant={tenant} plans={items.filter(({ archived }) => !archived)} onDone={onClose} />}
        </Loaded>
      </DialogContent>
    </Dialog>
  )
}

type Typed = TypedTerms & { plan_id: string; expires_at: string; reason: string }

function GiveForm({ tenant, plans, onDone }: { tenant: TenantDetail; plans: Plan[]; onDone: () => void }) {
  const { t } = useTranslation()
  const give = useGiveLicence(tenant.id)
  const rules = useReasonRules()
  const [isSpecial, setSpecial] = useState(false)
  const [first] = plans
  const form = useServerForm<Typed>({
    defaultValues: { plan_id: first?.id ?? '', expires_at: '', reason: '', ...(first && typedTerms(first)) },
    submit: async ({ plan_id, expires_at, reason, ...terms }) => {
      // The whole of the day, as the reader counts it.
      const end = expires_at ? new Date(`${expires_at}T23:59:59`).toISOString() : null
      const licence = { plan_id, expires_at: end, reason: reason.trim(), ...(isSpecial && readTerms(terms)) }
      const { plan } = await give.mutateAsync({ licence, etag: etagOf(tenant) })
      notify.success(t('management.licence.given', { plan }))
      onDone()
    },
  })
  const { errors, isSubmitting } = form.formState
  if (!first) return <p className="text-muted">{t('management.licence.no_plan')}</p>
  const choose = (id: string) => {
    const plan = plans.find((one) => one.id === id)
    form.setValue('plan_id', id)
    if (plan) for (const [name, value] of Object.entries(typedTerms(plan))) form.setValue(name as keyof TypedTerms, value)
  }
  return (
    <FormProvider {...form}>
      <Form form={form} className="space-y-4">
        <Field label={t('management.licence.plan')} required error={errors.plan_id?.message}>
          {(control) => (
            <Select
              {...control}
              value={form.watch('plan_id')}
              onValueChange={choose}
              options={plans.map(({ id, name }) => ({ value: id, label: name }))}
            />
          )}
        </Field>
        <Field label={t('management.licence.last_day')} hint={t('management.licence.last_day_hint')} error={errors.expires_at?.message}>
          {(control) => <Input {...control} {...form.register('expires_at')} type="date" />}
        </Field>
        <label className="flex items-center gap-2">
          <Checkbox checked={isSpecial} onCheckedChange={(checked) => setSpecial(checked === true)} />
          {t('management.licence.special')}
        </label>
        {isSpecial && <TermsFields />}
        <ReasonField field={form.register('reason', rules)} error={errors.reason?.message} />
        {form.problem && <ProblemNote error={form.problem} />}
        <DialogActions>
          <Button onClick={onDone}>{t('action.cancel')}</Button>
          <Button type="submit" variant="primary" busy={isSubmitting}>
            {t('management.licence.give')}
          </Button>
        </DialogActions>
      </Form>
    </FormProvider>
  )
}
