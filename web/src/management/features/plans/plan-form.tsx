import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Field, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { DialogActions } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { type Feature, featuresQuery, type Plan, useSavePlan } from './queries'

type Typed = { name: string; features: string[]; max_users: string; max_devices: string; grace_days: string }

/** Empty is no limit. */
const most = (text: string) => (text.trim() === '' ? null : Number(text))

export function PlanForm({ plan, onDone }: { plan: Plan | undefined; onDone: () => void }) {
  const { t } = useTranslation()
  const save = useSavePlan(plan?.id)
  const known: readonly Feature[] = useQuery(featuresQuery).data?.items ?? []
  const form = useServerForm<Typed>({
    defaultValues: {
      name: plan?.name ?? '',
      features: plan?.features ?? [],
      max_users: plan?.max_users?.toString() ?? '',
      max_devices: plan?.max_devices?.toString() ?? '',
      grace_days: String(plan?.grace_days ?? 14),
    },
    submit: async ({ name, features, max_users, max_devices, grace_days }) => {
      await save.mutateAsync({
        name: name.trim(),
        features: known.filter((feature) => features.includes(feature)),
        max_users: most(max_users),
        max_devices: most(max_devices),
        grace_days: Number(grace_days),
      })
      notify.success(t('form.saved'))
      onDone()
    },
  })
  const { errors, isSubmitting } = form.formState
  const chosen = form.watch('features')
  const whole = (text: string) => /^\d*$/.test(text.trim()) || t('management.plans.whole')
  const number = (name: 'max_users' | 'max_devices' | 'grace_days', label: string, required = false) => (
    <Field label={label} required={required} error={errors[name]?.message}>
      {(control) => (
        <Input
          {...control}
          {...form.register(name, { validate: whole, required: required && t('form.required') })}
          inputMode="numeric"
          maxLength={8}
          autoComplete="off"
        />
      )}
    </Field>
  )
  return (
    <form onSubmit={(event) => void form.send(event)} noValidate className="space-y-4">
      <Field label={t('management.plans.name')} required error={errors.name?.message}>
        {(control) => (
          <Input {...control} {...form.register('name', { required: t('form.required') })} maxLength={200} autoComplete="off" />
        )}
      </Field>
      <fieldset>
        <legend className="mb-1 font-medium">{t('management.plans.features')}</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1.5">
          {known.map((feature) => (
            <label key={feature} className="flex items-center gap-2">
              <Checkbox
                checked={chosen.includes(feature)}
                onCheckedChange={(checked) =>
                  form.setValue('features', checked === true ? [...chosen, feature] : chosen.filter((other) => other !== feature))
                }
              />
              {feature}
            </label>
          ))}
        </div>
      </fieldset>
      {number('max_users', t('management.plans.users'))}
      {number('max_devices', t('management.plans.devices'))}
      {number('grace_days', t('management.plans.grace_days'), true)}
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('action.save')}
        </Button>
      </DialogActions>
    </form>
  )
}
