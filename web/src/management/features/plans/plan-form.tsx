import { FormProvider } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, type ServerForm, useServerForm } from '@/kit/form'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import { taggedBy } from '@/lib/answers'
import { changedFrom } from '@/lib/changed'
import { notify } from '@/lib/notify'
import { fetchAnew } from '@/lib/query-client'
import { Button } from '@/ui/button'
import { DialogActions } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { type Plan, plansQuery, useCreatePlan, useUpdatePlan } from './queries'
import { readTerms, TermsFields, type TypedTerms, typedTerms } from './terms-fields'

type PlanFields = TypedTerms & { name: string }

const fresh = { name: '', features: [], max_users: null, max_devices: null, grace_days: 14 }
const fieldsOf = ({ name, ...terms }: Pick<Plan, 'name' | 'features' | 'max_users' | 'max_devices' | 'grace_days'>): PlanFields => ({
  name,
  ...typedTerms(terms),
})
const planOf = ({ name, ...terms }: PlanFields) => ({ name: name.trim(), ...readTerms(terms) })

export function CreatePlan({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const create = useCreatePlan()
  const form = useServerForm<PlanFields>({
    defaultValues: fieldsOf(fresh),
    submit: async (fields) => {
      await create.mutateAsync(planOf(fields))
      notify.success(t('form.saved'))
      onDone()
    },
  })
  return <PlanForm form={form} onDone={onDone} />
}

export function EditPlan({ plan, onDone }: { plan: Plan; onDone: () => void }) {
  const { t } = useTranslation()
  const update = useUpdatePlan(plan.id)
  const { form, conflict } = useVersionedForm<PlanFields, Plan>({
    tagged: taggedBy(plan),
    read: fieldsOf,
    save: async (fields, etag, from) => {
      const saved = await update.mutateAsync({ change: changedFrom(planOf(fieldsOf(from)), planOf(fields)), etag })
      onDone()
      return taggedBy(saved)
    },
    fetchSaved: async () => {
      const { items } = await fetchAnew(plansQuery)
      return taggedBy(items.find(({ id }) => id === plan.id) ?? plan)
    },
  })
  const limit = (value: string | string[]) => String(value) || t('management.plans.unlimited')
  return (
    <>
      <PlanForm form={form} onDone={onDone} />
      {conflict && (
        <VersionConflict
          {...conflict}
          fields={[
            { name: 'name', label: t('management.plans.name') },
            { name: 'features', label: t('management.plans.features'), show: (features) => [features].flat().join(', ') },
            { name: 'max_users', label: t('management.plans.users'), show: limit },
            { name: 'max_devices', label: t('management.plans.devices'), show: limit },
            { name: 'grace_days', label: t('management.plans.grace_days') },
          ]}
        />
      )}
    </>
  )
}

function PlanForm({ form, onDone }: { form: ServerForm<PlanFields>; onDone: () => void }) {
  const { t } = useTranslation()
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
