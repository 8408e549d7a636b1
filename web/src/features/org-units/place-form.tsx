import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Input } from '@/ui/input'
import { coordinatesOf } from './coordinates'
import { FormActions } from './form-actions'
import { type OrgUnitNode, useUpdateOrgUnit } from './queries'

/** Where a unit is: an address for people, and coordinates as every map gives them ("45.0703, 7.6869"). */
export function PlaceForm({ unit, onDone }: { unit: OrgUnitNode; onDone: () => void }) {
  const { t } = useTranslation()
  const update = useUpdateOrgUnit()
  const form = useServerForm<{ address: string; latitude: string }>({
    defaultValues: { address: unit.address ?? '', latitude: unit.latitude === null ? '' : `${unit.latitude}, ${unit.longitude}` },
    submit: async ({ address, latitude: text }) => {
      const place = coordinatesOf(text) ?? { latitude: null, longitude: null }
      await update.mutateAsync({ id: unit.id, change: { address: address.trim() || null, ...place } })
      notify.success(t('settings.org_units.placed', { name: unit.name }))
      onDone()
    },
  })
  const { errors, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-3">
      <Field label={t('settings.org_units.address')} error={errors.address?.message}>
        {(control) => <Input {...control} {...form.register('address')} maxLength={300} />}
      </Field>
      <Field label={t('settings.org_units.coordinates')} hint={t('settings.org_units.coordinates_hint')} error={errors.latitude?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('latitude', {
              validate: (text) => !text.trim() || coordinatesOf(text) !== null || t('settings.org_units.coordinates_wrong'),
            })}
            placeholder="45.0703, 7.6869"
            maxLength={60}
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <FormActions busy={isSubmitting} label={t('action.save')} />
    </Form>
  )
}
