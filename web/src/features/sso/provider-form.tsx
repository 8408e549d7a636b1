import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, SaveButton } from '@/kit/form'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import { useFeatures } from '@/lib/me'
import { fetchAnew } from '@/lib/query-client'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { CopyLine, CopyLines } from './copy-lines'
import { type Provider, providerQuery, type TaggedProvider, useSetProvider } from './queries'

type Kind = 'directory' | 'issuer'
type Fields = { kind: Kind; directory: string; issuer: string; client_id: string; client_secret: string }

/** The saved secret never comes back: its field is for another one. */
const fieldsOf = ({ directory, issuer, client_id }: Provider): Fields => ({
  kind: issuer === null ? 'directory' : 'issuer',
  directory: directory ?? '',
  issuer: issuer ?? '',
  client_id: client_id ?? '',
  client_secret: '',
})

export function ProviderForm({ tagged, readOnly }: { tagged: TaggedProvider; readOnly: boolean }) {
  const { t } = useTranslation()
  const set = useSetProvider()
  const { oidc } = useFeatures()
  const { data: provider } = tagged
  const saved = provider.client_id !== null
  const { form, conflict } = useVersionedForm<Fields, Provider>({
    tagged,
    read: fieldsOf,
    save: ({ kind, directory, issuer, client_id, client_secret }, etag) => {
      const change = {
        ...(kind === 'issuer' ? { issuer: issuer.trim() } : { directory: directory.trim().toLowerCase() }),
        client_id: client_id.trim(),
        ...(client_secret ? { client_secret: client_secret.trim() } : {}),
      }
      return set.mutateAsync({ change, etag })
    },
    fetchSaved: () => fetchAnew(providerQuery),
  })
  const kind = form.watch('kind')
  const { errors, isSubmitting } = form.formState
  const required = { required: t('form.required') }
  const plain = { autoComplete: 'off', spellCheck: false, readOnly: readOnly || isSubmitting, className: 'font-mono' }
  return (
    <Form form={form} className="space-y-4">
      {(oidc || kind === 'issuer') && (
        <Field label={t('sso.kind')} required>
          {({ 'aria-required': _, ...control }) => (
            <Select
              {...control}
              value={kind}
              onValueChange={(value) => form.setValue('kind', value, { shouldDirty: true })}
              disabled={readOnly}
              options={[
                { value: 'directory', label: 'Microsoft Entra ID' },
                { value: 'issuer', label: t('sso.other_issuer') },
              ]}
            />
          )}
        </Field>
      )}
      {kind === 'directory' ? (
        <Field key="directory" label={t('sso.directory')} hint={t('sso.directory_hint')} required error={errors.directory?.message}>
          {(control) => <Input {...control} {...form.register('directory', required)} {...plain} maxLength={40} />}
        </Field>
      ) : (
        <Field key="issuer" label={t('sso.issuer')} hint={t('sso.issuer_hint')} required error={errors.issuer?.message}>
          {(control) => <Input {...control} {...form.register('issuer', required)} {...plain} inputMode="url" maxLength={255} />}
        </Field>
      )}
      {kind === 'issuer' && (
        <CopyLines>
          <CopyLine label={t('sso.redirect_uri')} value={provider.issuer_redirect_uri} copyLabel={t('sso.copy_issuer_redirect_uri')} />
        </CopyLines>
      )}
      <Field label={t('sso.client_id')} hint={t('sso.client_id_hint')} required error={errors.client_id?.message}>
        {(control) => <Input {...control} {...form.register('client_id', required)} {...plain} maxLength={200} />}
      </Field>
      {!readOnly && (
        <Field
          label={t('sso.client_secret')}
          hint={t(saved ? 'sso.client_secret_kept' : 'sso.client_secret_hint')}
          required={!saved}
          error={errors.client_secret?.message}
        >
          {(control) => (
            <Input
              {...control}
              {...form.register('client_secret', saved ? {} : required)}
              {...plain}
              type="password"
              autoComplete="new-password"
              maxLength={500}
            />
          )}
        </Field>
      )}
      {form.problem && <ProblemNote error={form.problem} />}
      {!readOnly && <SaveButton form={form} />}
      {conflict && (
        <VersionConflict
          {...conflict}
          fields={[
            { name: 'kind', label: t('sso.kind'), show: (value) => (value === 'issuer' ? t('sso.other_issuer') : 'Microsoft Entra ID') },
            { name: 'directory', label: t('sso.directory') },
            { name: 'issuer', label: t('sso.issuer') },
            { name: 'client_id', label: t('sso.client_id') },
            {
              name: 'client_secret',
              label: t('sso.client_secret'),
              show: (value) => (value ? t('sso.another_secret') : t('sso.kept_secret')),
            },
          ]}
        />
      )}
    </Form>
  )
}
