import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogClose, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { useSendCommand } from './commands'

export function SetInterval({ open, onOpenChange, deviceId }: { open: boolean; onOpenChange: (open: boolean) => void; deviceId: string }) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title={t('commands.type.set_interval')} description={t('commands.interval_hint')}>
        <IntervalForm deviceId={deviceId} onDone={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  )
}

function IntervalForm({ deviceId, onDone }: { deviceId: string; onDone: () => void }) {
  const { t } = useTranslation()
  const send = useSendCommand(deviceId)
  const form = useServerForm<{ seconds: number }>({
    defaultValues: { seconds: 10 },
    submit: async ({ seconds }) => {
      await send.mutateAsync({ type: 'set_interval', arguments: { seconds } })
      onDone()
    },
  })
  const bounds = t('commands.interval_bounds')
  return (
    <Form form={form}>
      <Field label={t('commands.seconds')} required error={form.formState.errors.seconds?.message}>
        {(control) => (
          <Input
            {...control}
            type="number"
            inputMode="numeric"
            min={1}
            max={3600}
            {...form.register('seconds', {
              valueAsNumber: true,
              validate: (seconds) => (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600) || bounds,
            })}
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <DialogClose>
          <Button>{t('action.cancel')}</Button>
        </DialogClose>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          {t('commands.send')}
        </Button>
      </DialogActions>
    </Form>
  )
}
