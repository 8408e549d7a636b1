import { useQuery } from '@tanstack/react-query'
import { useFormContext } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field } from '@/kit/form'
import { Checkbox } from '@/ui/checkbox'
import { Input } from '@/ui/input'
import { type Feature, featuresQuery, type Terms } from './queries'

/** As they are typed. */
export type TypedTerms = { features: string[]; max_users: string; max_devices: string; grace_days: string }

export const typedTerms = (terms: Omit<Terms, 'features'> & { features: readonly string[] }): TypedTerms => ({
  features: [...terms.features],
  max_users: terms.max_users?.toString() ?? '',
  max_devices: terms.max_devices?.toString() ?? '',
  grace_days: String(terms.grace_days),
})

/** Empty is no limit. */
const most = (text: string) => (text.trim() === '' ? null : Number(text))

export const readTerms = ({ features, max_users, max_devices, grace_days }: TypedTerms): Terms => ({
  features: features as Feature[],
  max_users: most(max_users),
  max_devices: most(max_devices),
  grace_days: Number(grace_days),
})

/** What a plan or a licence includes; inside the form that holds them. */
export function TermsFields() {
  const { t } = useTranslation()
  const form = useFormContext<TypedTerms>()
  const known: readonly Feature[] = useQuery(featuresQuery).data?.items ?? []
  const { errors } = form.formState
  const chosen = form.watch('features')
  const whole = (text: string) => /^\d*$/.test(text.trim()) || t('management.plans.whole')
  const number = (name: 'max_users' | 'max_devices' | 'grace_days', label: string, required = false) => (
    <Field label={label} required={required} error={errors[name]?.message}>
      {(control) => (
        <Input
          {...control}
          {...form.register(name, { validate: whole, required: required && t('form.required') })}
          placeholder={required ? undefined : t('management.plans.unlimited')}
          inputMode="numeric"
          maxLength={8}
          autoComplete="off"
        />
      )}
    </Field>
  )
  return (
    <>
      <fieldset>
        <legend className="mb-1 font-medium">{t('management.plans.features')}</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1.5">
          {known.map((feature) => (
            <label key={feature} className="flex items-center gap-2">
              <Checkbox
                checked={chosen.includes(feature)}
                onCheckedChange={(checked) =>
                  form.setValue('features', checked === true ? [...chosen, feature] : chosen.filter((other) => other !== feature), {
                    shouldDirty: true,
                  })
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
    </>
  )
}
