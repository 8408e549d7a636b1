import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { ReasonField, useReasonRules } from '../../kit/reason-field'
import { type SupportWish, useAskForSupport } from './queries'

interface Props {
  tenant_id: string
  most: number
  open: boolean
  onClose: () => void
}

export function AskDialog({ open, onClose, ...rest }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent title={t('management.support.ask')} description={t('management.support.ask_hint')}>
        <AskForm onClose={onClose} {...rest} />
      </DialogContent>
    </Dialog>
  )
}

const modes = ['read', 'write'] as const

function AskForm({ tenant_id, most, onClose }: Omit<Props, 'open'>) {
  const { t } = useTranslation()
  const ask = useAskForSupport(tenant_id)
  const rules = useReasonRules()
  const form = useServerForm<Omit<SupportWish, 'hours'> & { hours: string }>({
    defaultValues: { reason: '', mode: 'read', hours: String(Math.min(2, most)) },
    submit: async ({ reason, mode, hours }) => {
      await ask.mutateAsync({ reason: reason.trim(), mode, hours: Number(hours) })
      notify.success(t('management.support.asked'))
      onClose()
    },
  })
  const { errors, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <ReasonField field={form.register('reason', rules)} error={errors.reason?.message} hint={t('management.support.reason_hint')} />
      <Field label={t('management.support.mode.label')} required>
        {(control) => (
          <Select
            {...control}
            value={form.watch('mode')}
            onValueChange={(mode) => form.setValue('mode', mode)}
            options={modes.map((value) => ({ value, label: t(`management.support.mode.${value}`) }))}
          />
        )}
      </Field>
      <Field
        label={t('management.support.hours')}
        required
        hint={t('management.support.hours_hint', { most })}
        error={errors.hours?.message}
      >
        {(control) => (
          <Input {...control} {...form.register('hours')} type="number" inputMode="numeric" min={1} max={most} className="max-w-32" />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('management.support.ask')}
        </Button>
      </DialogActions>
    </Form>
  )
}
