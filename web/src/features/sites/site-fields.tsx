import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { coordinatesOf } from '@/features/org-units/coordinates'
import { Field, ProblemNote, type ServerForm } from '@/kit/form'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import type { Site } from './queries'

/** What a person says of a site, as its form holds it; both coordinates are one field, by the name of the first. */
export type SiteFields = { name: string; org_unit_id: string; address: string; latitude: string; time_zone: string }

export const noSite: SiteFields = { name: '', org_unit_id: '', address: '', latitude: '', time_zone: '' }

export const fieldsOf = ({ name, org_unit_id, address, latitude, longitude, time_zone }: Site): SiteFields => ({
  name,
  org_unit_id,
  address: address ?? '',
  latitude: latitude === null ? '' : `${latitude}, ${longitude}`,
  time_zone: time_zone ?? '',
})

export const changeOf = ({ name, address, latitude, time_zone }: SiteFields) => ({
  name: name.trim(),
  address: address.trim() || null,
  ...(coordinatesOf(latitude) ?? { latitude: null, longitude: null }),
  time_zone: time_zone.trim() || null,
})

/** A site stays with its unit: that is chosen once. */
export function SiteFieldset({ form, readOnly, isNew }: { form: ServerForm<SiteFields>; readOnly: boolean; isNew: boolean }) {
  const { t } = useTranslation()
  const orgUnits = useOrgUnits()
  const { errors } = form.formState
  const required = { required: t('form.required') }
  return (
    <>
      <Field label={t('settings.sites.name')} required error={errors.name?.message}>
        {(control) => <Input {...control} {...form.register('name', required)} readOnly={readOnly} maxLength={200} />}
      </Field>
      <Field label={t('devices.org_unit')} required error={errors.org_unit_id?.message}>
        {(control) => (
          <Select
            {...control}
            value={form.watch('org_unit_id')}
            onValueChange={(id) => form.setValue('org_unit_id', id, { shouldDirty: true })}
            disabled={readOnly || !isNew}
            options={orgUnits.options}
          />
        )}
      </Field>
      <Field label={t('settings.org_units.address')} error={errors.address?.message}>
        {(control) => <Input {...control} {...form.register('address')} readOnly={readOnly} maxLength={300} />}
      </Field>
      <Field label={t('settings.org_units.coordinates')} hint={t('settings.sites.coordinates_hint')} error={errors.latitude?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('latitude', {
              validate: (text) => !text.trim() || coordinatesOf(text) !== null || t('settings.org_units.coordinates_wrong'),
            })}
            readOnly={readOnly}
            placeholder="45.0703, 7.6869"
            maxLength={60}
          />
        )}
      </Field>
      <Field label={t('settings.sites.time_zone')} hint={t('settings.sites.time_zone_hint')} error={errors.time_zone?.message}>
        {(control) => <Input {...control} {...form.register('time_zone')} readOnly={readOnly} placeholder="Europe/Rome" maxLength={60} />}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
    </>
  )
}
