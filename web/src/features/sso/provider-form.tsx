import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field, ProblemNote, useServerForm } from '@/kit/form'
import { useFeatures } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { CopyLine, CopyLines } from './copy-lines'
import { type Provider, useSetProvider } from './queries'

type Kind = 'directory' | 'issuer'
type Fields = { directory: string; issuer: string; client_id: string; client_secret: string }

/** The saved secret never comes back: its field is for another one. */
export function ProviderForm({ provider, etag, readOnly }: { provider: Provider; etag: string | null; readOnly: boolean }) {
  const { t } = useTranslation()
  const set = useSetProvider()
  const { oidc } = useFeatures()
  const saved = provider.client_id !== null
  const [kind, setKind] = useState<Kind>(provider.issuer === null ? 'directory' : 'issuer')
  const form = useServerForm<Fields>({
    defaultValues: {
      directory: provider.directory ?? '',
      issuer: provider.issuer ?? '',
      client_id: provider.client_id ?? '',
      client_secret: '',
    },
    submit: async ({ directory, issuer, client_id, client_secret }) => {
      const change = {
        ...(kind === 'issuer' ? { issuer: issuer.trim() } : { directory: directory.trim().toLowerCase() }),
        client_id: client_id.trim(),
        ...(client_secret ? { client_secret: client_secret.trim() } : {}),
      }
      await set.mutateAsync({ change, etag })
      form.reset({ directory, issuer, client_id, client_secret: '' })
      notify.success(t('form.saved'))
    },
  })
  const { errors, isDirty, isSubmitting } = form.formState
  const required = { required: t('form.required') }
  const plain = { autoComplete: 'off', spellCheck: false, readOnly: readOnly || isSubmitting, className: 'font-mono' }
  return (
    <form onSubmit={(event) => void form.send(event)} noValidate className="space-y-4">
      {(oidc || kind === 'issuer') && (
        <Field label={t('sso.kind')} required>
          {({ 'aria-required': _, ...control }) => (
            <Select
              {...control}
              value={kind}
              onValueChange={setKind}
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
          {(control) => (
            <Input {...control} {...form.register('directory', { ...required, shouldUnregister: true })} {...plain} maxLength={40} />
          )}
        </Field>
      ) : (
        <Field key="issuer" label={t('sso.issuer')} hint={t('sso.issuer_hint')} required error={errors.issuer?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('issuer', { ...required, shouldUnregister: true })}
              {...plain}
              inputMode="url"
              maxLength={255}
            />
          )}
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
      {!readOnly && (
        <Button
          type="submit"
          variant="primary"
          disabled={!isDirty && kind === (provider.issuer === null ? 'directory' : 'issuer')}
          busy={isSubmitting}
        >
          {t('action.save')}
        </Button>
      )}
    </form>
  )
}
