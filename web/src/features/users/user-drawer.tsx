import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Field, Form, ProblemNote, SaveButton } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import { untagged } from '@/lib/answers'
import { changedFrom } from '@/lib/changed'
import { useCan, useMe } from '@/lib/me'
import { notify } from '@/lib/notify'
import { fetchAnew } from '@/lib/query-client'
import { Badge } from '@/ui/badge'
import { Input } from '@/ui/input'
import { Sheet, SheetContent } from '@/ui/sheet'
import { AccessActions } from './access-actions'
import { useAccessConflict } from './access-conflict'
import { AccessFields, sentScope } from './access-fields'
import { type ScopeChoice as Scope, type TaggedUser, type User, userQuery, useRemoveUser, useUpdateUser } from './queries'
import { SecondFactor } from './second-factor'
import { UserSessions } from './user-sessions'

export function UserDrawer({ id, known, onClose }: { id: string | null; known: User | undefined; onClose: () => void }) {
  const { t } = useTranslation()
  const initialData = known && untagged(known)
  const query = useQuery({ ...userQuery(id ?? ''), enabled: id !== null, initialData, initialDataUpdatedAt: 0 })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={query.data?.data.name ?? t('settings.users.one')}>
        <Loaded query={query}>{(tagged) => <UserDetails key={tagged.data.id} tagged={tagged} onRemoved={onClose} />}</Loaded>
      </SheetContent>
    </Sheet>
  )
}

function UserDetails({ tagged, onRemoved }: { tagged: TaggedUser; onRemoved: () => void }) {
  const user = tagged.data
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
      <EditForm tagged={tagged} />
      {!own && <Access user={user} onRemoved={onRemoved} />}
    </div>
  )
}

type Fields = { name: string; group_ids: string[]; org_unit_scope: Scope }

const fieldsOf = (user: User): Fields => ({
  name: user.name,
  group_ids: user.groups.map((group) => group.id),
  org_unit_scope: sentScope(user.org_unit_scope),
})

function EditForm({ tagged }: { tagged: TaggedUser }) {
  const { t } = useTranslation()
  const can = useCan()
  const update = useUpdateUser()
  const accessFields = useAccessConflict()
  const { id } = tagged.data
  const mayUpdate = can('settings.users.update')
  // Somebody else decides about one's rights: one's own are not even sent as they are.
  const isOwn = useMe().user.id === id
  const { form, conflict } = useVersionedForm<Fields, User>({
    tagged,
    read: fieldsOf,
    save: (fields, etag, user) => update.mutateAsync({ id, change: changedFrom(fieldsOf(user), fields), etag }),
    fetchSaved: () => fetchAnew(userQuery(id)),
  })
  const { errors, isSubmitting } = form.formState
  const readOnly = !mayUpdate || tagged.etag === null || isSubmitting
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('settings.users.name')} required error={errors.name?.message}>
        {(control) => (
          <Input {...control} {...form.register('name', { required: t('form.required') })} readOnly={readOnly} maxLength={200} />
        )}
      </Field>
      <AccessFields
        disabled={readOnly || isOwn}
        groups={form.watch('group_ids')}
        onGroups={(ids) => form.setValue('group_ids', ids, { shouldDirty: true })}
        scope={form.watch('org_unit_scope')}
        onScope={(scope) => form.setValue('org_unit_scope', scope, { shouldDirty: true })}
      />
      {form.problem && <ProblemNote error={form.problem} />}
      {mayUpdate && <SaveButton form={form} />}
      {conflict && <VersionConflict {...conflict} fields={[{ name: 'name', label: t('settings.users.name') }, ...accessFields]} />}
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
