import { useQuery } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Field, Form, ProblemNote, SaveButton, type ServerForm, useServerForm } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import { changedFrom } from '@/lib/changed'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { fetchAnew } from '@/lib/query-client'
import { Button } from '@/ui/button'
import { Input, TextArea } from '@/ui/input'
import { Sheet, SheetContent } from '@/ui/sheet'
import { PermissionChoice, PermissionLines } from './permission-choice'
import { type Group, groupQuery, type TaggedGroup, useCreateGroup, useDeleteGroup, useUpdateGroup } from './queries'

/** The editor of a group; the id `new` is one that does not exist yet. */
export function GroupDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation()
  const isNew = id === 'new'
  const query = useQuery({ ...groupQuery(id ?? ''), enabled: id !== null && !isNew })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={isNew ? t('settings.groups.add') : (query.data?.data.name ?? t('settings.groups.one'))}>
        <div className="p-5">
          {isNew ? (
            <CreateForm onDone={onClose} />
          ) : (
            <Loaded query={query}>{(tagged) => <EditForm key={tagged.data.id} tagged={tagged} onDone={onClose} />}</Loaded>
          )}
        </div>
      </SheetContent>
    </Sheet>
  )
}

type Fields = { name: string; description: string; permissions: string[] }

const noGroup: Fields = { name: '', description: '', permissions: [] }
const trimmed = (fields: Fields): Fields => ({ ...fields, name: fields.name.trim(), description: fields.description.trim() })

function CreateForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const create = useCreateGroup()
  const form = useServerForm<Fields>({
    defaultValues: noGroup,
    submit: async (fields) => {
      const { name } = await create.mutateAsync(trimmed(fields))
      notify.success(t('settings.groups.saved', { name }))
      onDone()
    },
  })
  return (
    <Form form={form} className="space-y-4">
      <Fieldset form={form} readOnly={false} />
      <Actions>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          {t('settings.groups.create')}
        </Button>
      </Actions>
    </Form>
  )
}

function EditForm({ tagged, onDone }: { tagged: TaggedGroup; onDone: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const update = useUpdateGroup()
  const { id, built_in } = tagged.data
  const readOnly = built_in !== null || !can('settings.groups.update')
  const fieldsOf = ({ name, description, permissions }: Group): Fields => ({
    name,
    description: built_in ? t(`settings.groups.built_in_description.${built_in}`) : (description ?? ''),
    permissions,
  })
  const { form, conflict } = useVersionedForm<Fields, Group>({
    tagged,
    read: fieldsOf,
    save: (fields, etag, group) => update.mutateAsync({ id, change: changedFrom(fieldsOf(group), trimmed(fields)), etag }),
    fetchSaved: () => fetchAnew(groupQuery(id)),
  })
  return (
    <Form form={form} className="space-y-4">
      {built_in && (
        <p className="bg-sunken text-muted flex items-center gap-2 rounded-md px-3 py-2">
          <Lock className="size-4 shrink-0" aria-hidden />
          {t('settings.groups.built_in_hint')}
        </p>
      )}
      <Fieldset form={form} readOnly={readOnly} />
      {!readOnly && (
        <Actions>
          <SaveButton form={form} />
          {can('settings.groups.delete') && <DeleteGroup group={tagged.data} onDone={onDone} />}
        </Actions>
      )}
      {conflict && (
        <VersionConflict
          {...conflict}
          fields={[
            { name: 'name', label: t('settings.groups.name') },
            { name: 'description', label: t('settings.groups.description') },
            { name: 'permissions', label: t('settings.groups.permissions_only'), show: onlyIn },
          ]}
        />
      )}
    </Form>
  )
}

/** What one version permits and the other does not; nothing where there is no such thing. */
function onlyIn(value: string | string[], other: string | string[]) {
  const only = [value].flat().filter((permission) => !other.includes(permission))
  return only.length > 0 && <PermissionLines permissions={only} />
}

function Fieldset({ form, readOnly }: { form: ServerForm<Fields>; readOnly: boolean }) {
  const { t } = useTranslation()
  const { errors } = form.formState
  return (
    <>
      <Field label={t('settings.groups.name')} required error={errors.name?.message}>
        {(control) => (
          <Input {...control} {...form.register('name', { required: t('form.required') })} readOnly={readOnly} maxLength={120} />
        )}
      </Field>
      <Field label={t('settings.groups.description')} error={errors.description?.message}>
        {(control) => <TextArea {...control} {...form.register('description')} readOnly={readOnly} maxLength={500} className="min-h-14" />}
      </Field>
      <PermissionChoice
        value={form.watch('permissions')}
        onChange={(permissions) => form.setValue('permissions', permissions, { shouldDirty: true })}
        disabled={readOnly}
      />
      {errors.permissions?.message && <p className="text-critical text-xs">{errors.permissions.message}</p>}
      {form.problem && <ProblemNote error={form.problem} />}
    </>
  )
}

/** In sight while the catalogue scrolls. */
function Actions({ children }: { children: ReactNode }) {
  return <div className="border-border bg-surface sticky bottom-0 -mx-5 -mb-5 flex gap-2 border-t px-5 py-3">{children}</div>
}

function DeleteGroup({ group, onDone }: { group: Group; onDone: () => void }) {
  const { t } = useTranslation()
  const remove = useDeleteGroup()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="danger" className="ml-auto" onClick={() => setOpen(true)}>
        {t('settings.groups.delete')}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t('settings.groups.delete_title', { name: group.name })}
        description={t('settings.groups.delete_description', { count: group.member_count })}
        confirmLabel={t('settings.groups.delete')}
        typed={group.name}
        onConfirm={async () => {
          await remove.mutateAsync(group.id)
          notify.success(t('settings.groups.deleted', { name: group.name }))
          onDone()
        }}
      />
    </>
  )
}
