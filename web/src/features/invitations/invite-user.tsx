import { useTranslation } from 'react-i18next'
import { GroupChoice } from '@/features/users/group-choice'
import { ScopeChoice } from '@/features/users/scope-choice'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { type NewInvitation, useInvite } from './queries'

export function InviteUser({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent width="medium" title={t('settings.users.invite_title')} description={t('settings.users.invite_hint')}>
        <InviteForm onDone={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function InviteForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const invite = useInvite()
  const form = useServerForm<NewInvitation>({
    defaultValues: { email: '', group_ids: [], org_unit_scope: 'all' },
    submit: async (invitation) => {
      const { email } = await invite.mutateAsync({ ...invitation, email: invitation.email.trim() })
      notify.success(t('settings.users.invited', { email }))
      onDone()
    },
  })
  const { errors, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('settings.users.email')} required error={errors.email?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('email', { required: t('form.required') })}
            type="email"
            autoComplete="off"
            autoFocus
            maxLength={254}
          />
        )}
      </Field>
      <GroupChoice value={form.watch('group_ids')} onChange={(ids) => form.setValue('group_ids', ids, { shouldDirty: true })} />
      {errors.group_ids?.message && <p className="text-critical text-xs">{errors.group_ids.message}</p>}
      <ScopeChoice
        value={form.watch('org_unit_scope')}
        onChange={(scope) => form.setValue('org_unit_scope', scope, { shouldDirty: true })}
      />
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('settings.users.invite_send')}
        </Button>
      </DialogActions>
    </Form>
  )
}
