import { CircleCheckBig } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { formatDateTime } from '@/lib/format'
import { Secret } from '@/kit/secret'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { GroupChoice } from './group-choice'
import { type NewUser, useCreateUser } from './queries'
import { ScopeChoice } from './scope-choice'

type Created = { name: string; email: string; initial_password: string; initial_password_until: string }

export function CreateUser({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const [created, setCreated] = useState<Created | null>(null)
  const close = () => {
    setCreated(null)
    onClose()
  }
  return (
    <Dialog open={open} onOpenChange={(next) => !next && close()}>
      <DialogContent width="medium" title={created ? t('settings.users.created') : t('settings.users.add')} dismissable={!created}>
        {created ? <Handover created={created} onDone={close} /> : <CreateForm onCreated={setCreated} onCancel={close} />}
      </DialogContent>
    </Dialog>
  )
}

/** The browser's own idea of an address, so that no pattern of ours has to agree with the server's. */
function isEmail(text: string): boolean {
  const input = document.createElement('input')
  input.type = 'email'
  input.value = text
  return input.validity.valid
}

function CreateForm({ onCreated, onCancel }: { onCreated: (created: Created) => void; onCancel: () => void }) {
  const { t } = useTranslation()
  const create = useCreateUser()
  const form = useServerForm<NewUser>({
    defaultValues: { email: '', name: '', group_ids: [], org_unit_scope: 'all' },
    submit: async (user) => onCreated(await create.mutateAsync({ ...user, email: user.email.trim(), name: user.name.trim() })),
  })
  const { errors, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('settings.users.name')} required error={errors.name?.message}>
          {(control) => (
            <Input {...control} {...form.register('name', { required: t('form.required') })} autoComplete="off" maxLength={200} />
          )}
        </Field>
        <Field label={t('settings.users.email')} required error={errors.email?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('email', { required: t('form.required'), validate: (text) => isEmail(text.trim()) || t('form.email') })}
              type="email"
              autoComplete="off"
              maxLength={254}
            />
          )}
        </Field>
      </div>
      <GroupChoice value={form.watch('group_ids')} onChange={(ids) => form.setValue('group_ids', ids, { shouldDirty: true })} />
      {errors.group_ids?.message && <p className="text-critical text-xs">{errors.group_ids.message}</p>}
      <ScopeChoice
        value={form.watch('org_unit_scope')}
        onChange={(scope) => form.setValue('org_unit_scope', scope, { shouldDirty: true })}
      />
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('settings.users.create')}
        </Button>
      </DialogActions>
    </Form>
  )
}

function Handover({ created, onDone }: { created: Created; onDone: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="space-y-4">
      <p className="flex items-center gap-2">
        <CircleCheckBig className="text-positive size-5 shrink-0" aria-hidden />
        {t('settings.users.created_hint', {
          name: created.name,
          email: created.email,
          until: formatDateTime(created.initial_password_until),
        })}
      </p>
      <Secret value={created.initial_password} label={t('settings.users.initial_password')} />
      <DialogActions>
        <Button variant="primary" onClick={onDone}>
          {t('settings.users.password_passed_on')}
        </Button>
      </DialogActions>
    </div>
  )
}
