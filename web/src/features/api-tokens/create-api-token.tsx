import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { SecretDialog } from '@/kit/secret-dialog'
import { Button } from '@/ui/button'
import { DialogActions } from '@/ui/dialog'
import { Input, TextArea } from '@/ui/input'
import { Select } from '@/ui/select'
import { useCreateApiToken } from './queries'
import { TokenScopes } from './token-scopes'

type CreateApiTokenProps = { open: boolean; onClose: () => void; serviceAccountId?: string }

/** A token of one's own, or of a service account; shown once. */
export function CreateApiToken({ open, onClose, serviceAccountId }: CreateApiTokenProps) {
  const { t } = useTranslation()
  return (
    <SecretDialog
      open={open}
      onClose={onClose}
      title={t('settings.api_tokens.add')}
      created={t('settings.api_tokens.created')}
      label={t('settings.api_tokens.one')}
    >
      {(tell, cancel) => <CreateForm serviceAccountId={serviceAccountId} onCreated={tell} onCancel={cancel} />}
    </SecretDialog>
  )
}

const lives = ['7', '30', '90', '365'] as const
type Fields = { name: string; days: string; scopes: string[]; allowed_addresses: string[] }
type CreateFormProps = { serviceAccountId: string | undefined; onCreated: (secret: string) => void; onCancel: () => void }

function CreateForm({ serviceAccountId, onCreated, onCancel }: CreateFormProps) {
  const { t } = useTranslation()
  const create = useCreateApiToken()
  const form = useServerForm<Fields>({
    defaultValues: { name: '', days: '90', scopes: [], allowed_addresses: [] },
    submit: async ({ name, days, scopes, allowed_addresses }) => {
      const created = await create.mutateAsync({
        name: name.trim(),
        scopes,
        expires_at: new Date(Date.now() + Number(days) * 86_400_000),
        allowed_addresses: allowed_addresses.map((line) => line.trim()).filter(Boolean),
        ...(serviceAccountId && { service_account_id: serviceAccountId }),
      })
      onCreated(created.token)
    },
  })
  const { errors, isSubmitting } = form.formState
  const addresses = errors.allowed_addresses
  const wrongAddress = addresses?.message ?? (Array.isArray(addresses) ? addresses.find(Boolean)?.message : undefined)
  return (
    <Form form={form} className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('settings.api_tokens.name')} hint={t('settings.api_tokens.name_hint')} required error={errors.name?.message}>
          {(control) => (
            <Input {...control} {...form.register('name', { required: t('form.required') })} autoComplete="off" maxLength={200} />
          )}
        </Field>
        <Field label={t('settings.api_tokens.expires')} required>
          {(control) => (
            <Select
              {...control}
              value={form.watch('days')}
              onValueChange={(days) => form.setValue('days', days)}
              options={lives.map((days) => ({ value: days, label: t('settings.api_tokens.days', { count: Number(days) }) }))}
            />
          )}
        </Field>
      </div>
      <TokenScopes value={form.watch('scopes')} onChange={(scopes) => form.setValue('scopes', scopes)} error={errors.scopes?.message} />
      <Field label={t('settings.api_tokens.addresses')} hint={t('settings.api_tokens.addresses_hint')} error={wrongAddress}>
        {(control) => (
          <TextArea
            {...control}
            className="min-h-14 font-mono"
            value={form.watch('allowed_addresses').join('\n')}
            onChange={(event) => form.setValue('allowed_addresses', event.target.value.split('\n'))}
            spellCheck={false}
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" disabled={!form.watch('scopes').length} busy={isSubmitting}>
          {t('settings.api_tokens.create')}
        </Button>
      </DialogActions>
    </Form>
  )
}
