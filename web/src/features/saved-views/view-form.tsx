import { Controller } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Dialog, DialogActions, DialogClose, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { type SavedView, type ViewedList, useCreateView, useMayShare, useUpdateView } from './queries'

type ViewFormProps = {
  list: ViewedList
  /** Null for a new one. */
  view: SavedView | null
  query: string
  onDone: (view: SavedView | null) => void
}

export function ViewForm({ list, view, query, onDone }: ViewFormProps) {
  const { t } = useTranslation()
  const create = useCreateView()
  const update = useUpdateView()
  const mayShare = useMayShare()
  const form = useServerForm<{ name: string; shared: boolean }>({
    defaultValues: { name: view?.name ?? '', shared: view?.shared ?? false },
    submit: async (values) =>
      onDone(view ? await update.mutateAsync({ id: view.id, change: values }) : await create.mutateAsync({ list, query, ...values })),
  })
  const { name } = form.formState.errors
  return (
    <Dialog open onOpenChange={(open) => !open && onDone(null)}>
      <DialogContent title={view ? t('views.edit') : t('views.save_as')} description={view ? undefined : t('views.save_hint')}>
        <Form form={form} className="space-y-4">
          <Field label={t('views.name')} required error={name?.message}>
            {(control) => (
              <Input {...control} autoComplete="off" maxLength={200} {...form.register('name', { required: t('form.required') })} />
            )}
          </Field>
          {mayShare && (
            <Controller
              control={form.control}
              name="shared"
              render={({ field }) => (
                <label className="flex items-center gap-2">
                  <Checkbox checked={field.value} onCheckedChange={(checked) => field.onChange(checked === true)} />
                  {t('views.share')}
                </label>
              )}
            />
          )}
          {form.problem && <ProblemNote error={form.problem} />}
          <DialogActions>
            <DialogClose>
              <Button>{t('action.cancel')}</Button>
            </DialogClose>
            <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
              {t('action.save')}
            </Button>
          </DialogActions>
        </Form>
      </DialogContent>
    </Dialog>
  )
}
