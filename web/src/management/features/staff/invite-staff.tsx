import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { SecretDialog } from '@/kit/secret-dialog'
import { Button } from '@/ui/button'
import { DialogActions } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import type { Role } from '../../lib/me'
import { roles, useInvite } from './queries'

/** Where no mail goes out, the link is handed over in person: it is shown in either case. */
export function InviteStaff({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <SecretDialog
      open={open}
      onClose={onClose}
      title={t('settings.users.invite_title')}
      created={t('management.staff.invited')}
      label={t('management.staff.link')}
    >
      {(tell, cancel) => <InviteForm tell={tell} onCancel={cancel} />}
    </SecretDialog>
  )
}

function InviteForm({ tell, onCancel }: { tell: (link: string) => void; onCancel: () => void }) {
  const { t } = useTranslation()
  const invite = useInvite()
  const form = useServerForm<{ email: string; role: Role }>({
    defaultValues: { email: '', role: 'support' },
    submit: async ({ email, role }) => tell((await invite.mutateAsync({ email: email.trim(), role })).link),
  })
  const role = form.watch('role')
  const isAddress = (text: string) => /^[^@\s]+@[^@\s]+$/.test(text.trim()) || t('form.email')
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('sign_in.email')} required error={form.formState.errors.email?.message} hint={t('settings.users.invite_hint')}>
        {(control) => (
          <Input
            {...control}
            {...form.register('email', { required: t('form.required'), validate: isAddress })}
            type="email"
            autoComplete="off"
            maxLength={254}
          />
        )}
      </Field>
      <Field label={t('management.staff.role')} required hint={t(`management.role_meaning.${role}`)}>
        {(control) => (
          <Select
            {...control}
            value={role}
            onValueChange={(chosen) => form.setValue('role', chosen)}
            options={roles.map((value) => ({ value, label: t(`management.role.${value}`) }))}
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          {t('settings.users.invite_send')}
        </Button>
      </DialogActions>
    </Form>
  )
}
