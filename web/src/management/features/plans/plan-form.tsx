import { FormProvider } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { DialogActions } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { type Plan, useSavePlan } from './queries'
import { readTerms, TermsFields, type TypedTerms, typedTerms } from './terms-fields'

const fresh = { features: [], max_users: null, max_devices: null, grace_days: 14 }

export function PlanForm({ plan, onDone }: { plan: Plan | undefined; onDone: () => void }) {
  const { t } = useTranslation()
  const save = useSavePlan(plan?.id)
  const form = useServerForm<TypedTerms & { name: string }>({
    defaultValues: { name: plan?.name ?? '', ...typedTerms(plan ?? fresh) },
    submit: async ({ name, ...terms }) => {
      await save.mutateAsync({ name: name.trim(), ...readTerms(terms) })
      notify.success(t('form.saved'))
      onDone()
    },
  })
  const { errors, isSubmitting } = form.formState
  return (
    <FormProvider {...form}>
      <Form form={form} className="space-y-4">
        <Field label={t('management.plans.name')} required error={errors.name?.message}>
          {(control) => (
            <Input {...control} {...form.register('name', { required: t('form.required') })} maxLength={200} autoComplete="off" />
          )}
        </Field>
        <TermsFields />
        {form.problem && <ProblemNote error={form.problem} />}
        <DialogActions>
          <Button onClick={onDone}>{t('action.cancel')}</Button>
          <Button type="submit" variant="primary" busy={isSubmitting}>
            {t('action.save')}
          </Button>
        </DialogActions>
      </Form>
    </FormProvider>
  )
}
