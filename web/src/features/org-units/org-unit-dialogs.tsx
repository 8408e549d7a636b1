import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Dialog, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { FormActions } from './form-actions'
import { PlaceForm } from './place-form'
import { flatten, type OrgUnit, type OrgUnitNode, toTree, useCreateOrgUnit, useDeleteOrgUnit, useUpdateOrgUnit } from './queries'

export type OrgUnitTask = { kind: 'add'; parent: OrgUnitNode | null } | { kind: 'rename' | 'move' | 'place' | 'delete'; unit: OrgUnitNode }

type OrgUnitDialogsProps = { task: OrgUnitTask | null; units: readonly OrgUnit[]; onClose: () => void }

export function OrgUnitDialogs({ task, units, onClose }: OrgUnitDialogsProps) {
  const { t } = useTranslation()
  const remove = useDeleteOrgUnit()
  if (!task) return null
  if (task.kind === 'delete') {
    return (
      <ConfirmDialog
        open
        onOpenChange={(open) => !open && onClose()}
        title={t('settings.org_units.delete_title', { name: task.unit.name })}
        description={t('settings.org_units.delete_description')}
        confirmLabel={t('settings.org_units.delete')}
        typed={task.unit.name}
        onConfirm={async () => {
          await remove.mutateAsync(task.unit.id)
          notify.success(t('settings.org_units.deleted', { name: task.unit.name }))
        }}
      />
    )
  }
  const title = () => {
    if (task.kind === 'add')
      return task.parent ? t('settings.org_units.add_below_title', { name: task.parent.name }) : t('settings.org_units.add')
    if (task.kind === 'place') return t('settings.org_units.place_title', { name: task.unit.name })
    return task.kind === 'rename'
      ? t('settings.org_units.rename_title', { name: task.unit.name })
      : t('settings.org_units.move_title', { name: task.unit.name })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={title()}>
        {task.kind === 'place' ? (
          <PlaceForm unit={task.unit} onDone={onClose} />
        ) : task.kind === 'move' ? (
          <MoveForm unit={task.unit} units={units} onDone={onClose} />
        ) : (
          <NameForm
            unit={task.kind === 'rename' ? task.unit : null}
            parentId={task.kind === 'add' ? (task.parent?.id ?? null) : null}
            onDone={onClose}
          />
        )}
      </DialogContent>
    </Dialog>
  )
}

function NameForm({ unit, parentId, onDone }: { unit: OrgUnitNode | null; parentId: string | null; onDone: () => void }) {
  const { t } = useTranslation()
  const create = useCreateOrgUnit()
  const update = useUpdateOrgUnit()
  const form = useServerForm<{ name: string }>({
    defaultValues: { name: unit?.name ?? '' },
    submit: async ({ name }) => {
      if (unit) await update.mutateAsync({ id: unit.id, change: { name: name.trim() } })
      else await create.mutateAsync({ name: name.trim(), ...(parentId ? { parent_id: parentId } : {}) })
      onDone()
    },
  })
  return (
    <Form form={form}>
      <Field label={t('settings.org_units.name')} required error={form.formState.errors.name?.message}>
        {(control) => <Input {...control} {...form.register('name', { required: t('form.required') })} maxLength={200} />}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <FormActions busy={form.formState.isSubmitting} label={unit ? t('action.save') : t('settings.org_units.add')} />
    </Form>
  )
}

function MoveForm({ unit, units, onDone }: { unit: OrgUnitNode; units: readonly OrgUnit[]; onDone: () => void }) {
  const { t } = useTranslation()
  const update = useUpdateOrgUnit()
  // A unit cannot go below itself; the server would say the same.
  const inside = new Set(flatten([unit]).map(({ id }) => id))
  const targets = flatten(toTree(units)).filter(({ id }) => !inside.has(id))
  const form = useServerForm<{ parent_id: string }>({
    defaultValues: { parent_id: unit.parent_id ?? '' },
    submit: async ({ parent_id }) => {
      await update.mutateAsync({ id: unit.id, change: { parent_id: parent_id || null } })
      notify.success(t('settings.org_units.moved', { name: unit.name }))
      onDone()
    },
  })
  return (
    <Form form={form}>
      <Field
        label={t('settings.org_units.parent')}
        hint={t('settings.org_units.move_hint')}
        required
        error={form.formState.errors.parent_id?.message}
      >
        {(control) => (
          <Select
            {...control}
            value={form.watch('parent_id')}
            onValueChange={(value) => form.setValue('parent_id', value, { shouldDirty: true })}
            options={[
              { value: '', label: t('settings.org_units.top') },
              ...targets.map((target) => ({ value: target.id, label: target.name, depth: target.depth })),
            ]}
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <FormActions busy={form.formState.isSubmitting} label={t('settings.org_units.move')} />
    </Form>
  )
}
