import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
import { SiteName } from '@/features/sites/site-name'
import { SiteSelect } from '@/features/sites/site-select'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { CopyButton } from '@/kit/copy-button'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Field, Form, ProblemNote, SaveButton } from '@/kit/form'
import { RelativeTime } from '@/kit/relative-time'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import { useCan } from '@/lib/me'
import { fetchAnew, queryClient } from '@/lib/query-client'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { deleteDevice, type Device, deviceQuery, type TaggedDevice, useUpdateDevice } from './queries'
import { type DeviceFields, fieldsOf } from './fields'

export default function Properties({ tagged }: { tagged: TaggedDevice }) {
  const { t } = useTranslation()
  const can = useCan()
  const { data: device } = tagged
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Card aria-labelledby="device-properties">
        <CardHeader id="device-properties" title={t('devices.tab.properties')} />
        <div className="px-4 pb-4">
          <PropertiesForm tagged={tagged} readOnly={!can('devices.update')} />
        </div>
      </Card>
      <div className="space-y-4">
        <Card>
          <CardHeader title={t('devices.identity')} />
          <div className="px-4 pb-4">
            <DefinitionList>
              <Definition term={t('devices.id')}>
                <span className="flex items-center gap-1 font-mono text-xs break-all">
                  {device.id}
                  <CopyButton text={device.id} label={t('devices.copy_id')} />
                </span>
              </Definition>
              <Definition term={t('devices.hardware_id')}>{device.hardware_id ?? '—'}</Definition>
              <Definition term={t('devices.agent_version')}>{device.agent_version ?? '—'}</Definition>
              <Definition term={t('devices.address')}>{device.address ?? '—'}</Definition>
              <Definition term={t('devices.registered')}>
                <RelativeTime at={device.created_at} />
              </Definition>
              <Definition term={t('devices.changed')}>
                <RelativeTime at={device.updated_at} />
              </Definition>
            </DefinitionList>
          </div>
        </Card>
        {can('devices.delete') && <DangerZone device={device} />}
      </div>
    </div>
  )
}

function PropertiesForm({ tagged, readOnly }: { tagged: TaggedDevice; readOnly: boolean }) {
  const { t } = useTranslation()
  const orgUnits = useOrgUnits()
  const update = useUpdateDevice(tagged.data.id)
  const { form, conflict, discard } = useVersionedForm<DeviceFields, Device>({
    tagged,
    read: fieldsOf,
    save: ({ name, type, location, org_unit_id, site_id }, etag) => {
      const place = { location: location.trim() || null, org_unit_id: org_unit_id || null, site_id: site_id || null }
      const change = { name: name.trim(), type: type.trim(), ...place }
      return update.mutateAsync({ change, etag })
    },
    fetchSaved: () => fetchAnew(deviceQuery(tagged.data.id)),
  })
  const { errors, isDirty, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('devices.name')} required error={errors.name?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('name', { required: t('form.required') })}
              readOnly={readOnly || isSubmitting}
              maxLength={200}
            />
          )}
        </Field>
        <Field label={t('devices.type')} required error={errors.type?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('type', { required: t('form.required') })}
              readOnly={readOnly || isSubmitting}
              maxLength={100}
            />
          )}
        </Field>
        <Field label={t('devices.location')} error={errors.location?.message}>
          {(control) => <Input {...control} {...form.register('location')} readOnly={readOnly || isSubmitting} maxLength={200} />}
        </Field>
        <Field label={t('devices.org_unit')} error={errors.org_unit_id?.message}>
          {(control) => (
            <Select
              {...control}
              value={form.watch('org_unit_id')}
              onValueChange={(value) => {
                form.setValue('org_unit_id', value, { shouldDirty: true })
                form.setValue('site_id', '', { shouldDirty: true })
              }}
              disabled={readOnly || isSubmitting}
              options={[{ value: '', label: t('org_unit.none') }, ...orgUnits.options]}
            />
          )}
        </Field>
        <SiteSelect
          value={form.watch('site_id')}
          org_unit_id={form.watch('org_unit_id')}
          onChange={(value) => form.setValue('site_id', value, { shouldDirty: true })}
          disabled={readOnly || isSubmitting}
          error={errors.site_id?.message}
        />
      </div>
      {form.problem && <ProblemNote error={form.problem} />}
      {!readOnly && (
        <div className="flex gap-2">
          <SaveButton form={form} />
          {isDirty && <Button onClick={discard}>{t('action.discard')}</Button>}
        </div>
      )}
      {conflict && (
        <VersionConflict
          {...conflict}
          fields={[
            { name: 'name', label: t('devices.name') },
            { name: 'type', label: t('devices.type') },
            { name: 'location', label: t('devices.location') },
            { name: 'org_unit_id', label: t('devices.org_unit'), show: (id) => orgUnits.nameOf(id || null) },
            { name: 'site_id', label: t('devices.site'), show: (id) => <SiteName id={id} /> },
          ]}
        />
      )}
    </Form>
  )
}

function DangerZone({ device }: { device: Device }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const remove = async () => {
    await deleteDevice(device.id)
    // Not to come back to, and whatever was typed about it is of no use.
    await navigate('/devices', { replace: true })
    queryClient.removeQueries({ queryKey: ['devices', 'one', device.id] })
    await queryClient.invalidateQueries({ queryKey: ['devices'] })
    notify.success(t('devices.deleted', { name: device.name }))
  }
  return (
    <Card className="border-critical/40">
      <CardHeader title={t('devices.danger')} description={t('devices.danger_hint')}>
        <Button variant="danger" onClick={() => setOpen(true)}>
          {t('devices.delete')}
        </Button>
      </CardHeader>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t('devices.delete_title', { name: device.name })}
        description={t('devices.delete_description')}
        confirmLabel={t('devices.delete')}
        typed={device.name}
        onConfirm={remove}
      />
    </Card>
  )
}
