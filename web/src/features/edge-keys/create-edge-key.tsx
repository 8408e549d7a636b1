import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { SiteSelect } from '@/features/sites/site-select'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { SecretDialog } from '@/kit/secret-dialog'
import { Button } from '@/ui/button'
import { DialogActions } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { useCreateEdgeKey } from './queries'

export function CreateEdgeKey({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <SecretDialog
      open={open}
      onClose={onClose}
      title={t('settings.edge_keys.add')}
      created={t('settings.edge_keys.created')}
      label={t('settings.edge_keys.one')}
    >
      {(tell, cancel) => <CreateForm onCreated={tell} onCancel={cancel} />}
    </SecretDialog>
  )
}

const lives = ['1', '7', '30', '365', ''] as const
type Fields = { label: string; days: string; use_limit: string; org_unit_id: string; site_id: string }

function CreateForm({ onCreated, onCancel }: { onCreated: (secret: string) => void; onCancel: () => void }) {
  const { t } = useTranslation()
  const orgUnits = useOrgUnits()
  const create = useCreateEdgeKey()
  const form = useServerForm<Fields>({
    defaultValues: { label: '', days: '7', use_limit: '', org_unit_id: '', site_id: '' },
    submit: async ({ label, days, use_limit, org_unit_id, site_id }) => {
      const created = await create.mutateAsync({
        label: label.trim(),
        ...(days ? { expires_at: new Date(Date.now() + Number(days) * 86_400_000) } : {}),
        ...(use_limit ? { use_limit: Number(use_limit) } : {}),
        ...(org_unit_id ? { org_unit_id } : {}),
        ...(site_id ? { site_id } : {}),
      })
      onCreated(created.provisioning_key)
    },
  })
  const { errors, isSubmitting } = form.formState
  const wholeNumber = (text: string) => text === '' || (/^\d+$/.test(text) && Number(text) >= 1) || t('settings.edge_keys.limit_bounds')
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('settings.edge_keys.label')} hint={t('settings.edge_keys.label_hint')} required error={errors.label?.message}>
        {(control) => <Input {...control} {...form.register('label', { required: t('form.required') })} maxLength={120} />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('settings.edge_keys.expires')} required>
          {(control) => (
            <Select
              {...control}
              value={form.watch('days')}
              onValueChange={(days) => form.setValue('days', days)}
              options={lives.map((days) => ({
                value: days,
                label: days ? t('settings.edge_keys.days', { count: Number(days) }) : t('settings.edge_keys.never_expires'),
              }))}
            />
          )}
        </Field>
        <Field label={t('settings.edge_keys.use_limit')} hint={t('settings.edge_keys.use_limit_hint')} error={errors.use_limit?.message}>
          {(control) => <Input {...control} {...form.register('use_limit', { validate: wholeNumber })} inputMode="numeric" />}
        </Field>
      </div>
      {orgUnits.options.length > 0 && (
        <Field label={t('devices.org_unit')} hint={t('settings.edge_keys.org_unit_hint')}>
          {(control) => (
            <Select
              {...control}
              value={form.watch('org_unit_id')}
              onValueChange={(id) => {
                form.setValue('org_unit_id', id)
                form.setValue('site_id', '')
              }}
              options={[{ value: '', label: t('org_unit.none') }, ...orgUnits.options]}
            />
          )}
        </Field>
      )}
      {form.watch('org_unit_id') && (
        <SiteSelect
          value={form.watch('site_id')}
          org_unit_id={form.watch('org_unit_id')}
          onChange={(id) => form.setValue('site_id', id)}
          error={errors.site_id?.message}
        />
      )}
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('settings.edge_keys.create')}
        </Button>
      </DialogActions>
    </Form>
  )
}
