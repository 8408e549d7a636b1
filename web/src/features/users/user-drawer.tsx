import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { useCan, useMe } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Sheet, SheetContent } from '@/ui/sheet'
import { AccessActions } from './access-actions'
import { AccessFields, sentScope } from './access-fields'
import { type ScopeChoice as Scope, type User, userQuery, useRemoveUser, useUpdateUser } from './queries'
import { SecondFactor } from './second-factor'
import { UserSessions } from './user-sessions'

export function UserDrawer({ id, known, onClose }: { id: string | null; known: User | undefined; onClose: () => void }) {
  const { t } = useTranslation()
  const query = useQuery({ ...userQuery(id ?? ''), enabled: id !== null, initialData: known, initialDataUpdatedAt: 0 })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={query.data?.name ?? t('settings.users.one')}>
        <Loaded query={query}>{(user) => <UserDetails key={user.id} user={user} onRemoved={onClose} />}</Loaded>
      </SheetContent>
    </Sheet>
  )
}

function UserDetails({ user, onRemoved }: { user: User; onRemoved: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const { user: self } = useMe()
  const own = user.id === self.id
  return (
    <div className="space-y-5 p-5">
      <DefinitionList>
        <Definition term={t('settings.users.email')}>
          {user.email} {own && <Badge tone="accent">{t('settings.users.you')}</Badge>}
        </Definition>
        <Definition term={t('settings.users.last_sign_in')}>
          <RelativeTime at={user.last_sign_in_at} none={t('settings.users.never')} />
        </Definition>
        <Definition term={t('settings.users.second_factor')}>
          <SecondFactor user={user} own={own} />
        </Definition>
        {!own && can('settings.users.update') && (
          <Definition term={t('settings.users.sessions')}>
            <UserSessions user={user} />
          </Definition>
        )}
        <Definition term={t('common.created')}>
          <RelativeTime at={user.created_at} />
        </Definition>
      </DefinitionList>
      <EditForm key={user.updated_at} user={user} />
      {!own && <Access user={user} onRemoved={onRemoved} />}
    </div>
  )
}

type Fields = { name: string; group_ids: string[]; org_unit_scope: Scope }

function EditForm({ user }: { user: User }) {
  const { t } = useTranslation()
  const can = useCan()
  const update = useUpdateUser()
  const readOnly = !can('settings.users.update')
  const form = useServerForm<Fields>({
    defaultValues: {
      name: user.name,
      group_ids: user.groups.map((group) => group.id),
      org_unit_scope: sentScope(user.org_unit_scope),
    },
    submit: async (change) => {
      const saved = await update.mutateAsync({ id: user.id, change })
      form.reset(change)
      notify.success(t('settings.users.saved', { name: saved.name }))
    },
  })
  const { errors, isDirty, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('settings.users.name')} required error={errors.name?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('name', { required: t('form.required') })}
            readOnly={readOnly || isSubmitting}
            maxLength={200}
          />
        )}
      </Field>
      <AccessFields
        disabled={readOnly || isSubmitting}
        groups={form.watch('group_ids')}
        onGroups={(ids) => form.setValue('group_ids', ids, { shouldDirty: true })}
        scope={form.watch('org_unit_scope')}
        onScope={(scope) => form.setValue('org_unit_scope', scope, { shouldDirty: true })}
      />
      {form.problem && <ProblemNote error={form.problem} />}
      {!readOnly && (
        <Button type="submit" variant="primary" disabled={!isDirty} busy={isSubmitting}>
          {t('action.save')}
        </Button>
      )}
    </Form>
  )
}

function Access({ user, onRemoved }: { user: User; onRemoved: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const update = useUpdateUser()
  const remove = useRemoveUser()
  const { id, name, email, disabled } = user
  return (
    <AccessActions
      disabled={disabled}
      mayUpdate={can('settings.users.update')}
      mayRemove={can('settings.users.delete')}
      words={{
        access: t('settings.users.access'),
        wasDisabled: t('settings.users.was_disabled', { name }),
        wasEnabled: t('settings.users.was_enabled', { name }),
        remove: t('settings.users.remove'),
        removeTitle: t('settings.users.remove_title', { name }),
        removeDescription: t('settings.users.remove_description'),
      }}
      typed={email}
      busy={update.isPending}
      onDisable={(next) => update.mutateAsync({ id, change: { disabled: next } })}
      onRemove={async () => {
        await remove.mutateAsync(id)
        onRemoved()
        notify.success(t('settings.users.removed', { name }))
      }}
    />
  )
}
