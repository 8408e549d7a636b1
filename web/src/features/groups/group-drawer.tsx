import { useQuery } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Input, TextArea } from '@/ui/input'
import { Sheet, SheetContent } from '@/ui/sheet'
import { PermissionChoice } from './permission-choice'
import { type Group, groupQuery, useCreateGroup, useDeleteGroup, useUpdateGroup } from './queries'

/** The editor of a group; the id `new` is one that does not exist yet. */
export function GroupDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation()
  const isNew = id === 'new'
  const query = useQuery({ ...groupQuery(id ?? ''), enabled: id !== null && !isNew })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={isNew ? t('settings.groups.add') : (query.data?.name ?? t('settings.groups.one'))}>
        <div className="p-5">
          {isNew ? (
            <GroupForm group={null} onDone={onClose} />
          ) : (
            <Loaded query={query}>{(group) => <GroupForm key={group.updated_at} group={group} onDone={onClose} />}</Loaded>
          )}
        </div>
      </SheetContent>
    </Sheet>
  )
}

type Fields = { name: string; description: string; permissions: string[] }

function GroupForm({ group, onDone }: { group: Group | null; onDone: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const create = useCreateGroup()
  const update = useUpdateGroup()
  const readOnly = group ? group.built_in !== null || !can('settings.groups.update') : false
  const form = useServerForm<Fields>({
    defaultValues: {
      name: group?.name ?? '',
      description: group?.built_in ? t(`settings.groups.built_in_description.${group.built_in}`) : (group?.description ?? ''),
      permissions: group?.permissions ?? [],
    },
    submit: async ({ name, description, permissions }) => {
      const fields = { name: name.trim(), description: description.trim(), permissions }
      if (group) await update.mutateAsync({ id: group.id, change: fields })
      else await create.mutateAsync(fields)
      notify.success(t('settings.groups.saved', { name: fields.name }))
      onDone()
    },
  })
  const { errors, isDirty, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      {group?.built_in && (
        <p className="bg-sunken text-muted flex items-center gap-2 rounded-md px-3 py-2">
          <Lock className="size-4 shrink-0" aria-hidden />
          {t('settings.groups.built_in_hint')}
        </p>
      )}
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
      {!readOnly && (
        <div className="border-border bg-surface sticky bottom-0 -mx-5 -mb-5 flex gap-2 border-t px-5 py-3">
          <Button type="submit" variant="primary" disabled={!isDirty} busy={isSubmitting}>
            {group ? t('action.save') : t('settings.groups.create')}
          </Button>
          {group && can('settings.groups.delete') && <DeleteGroup group={group} onDone={onDone} />}
        </div>
      )}
    </Form>
  )
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
