import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { useAddDomain } from './queries'

export function AddDomain({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={(wanted) => !wanted && onClose()}>
      <DialogContent title={t('sso.domains.add')} description={t('sso.domains.add_hint')}>
        <AddForm onDone={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function AddForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const add = useAddDomain()
  const form = useServerForm<{ domain: string }>({
    defaultValues: { domain: '' },
    submit: async ({ domain }) => {
      await add.mutateAsync(domain.trim())
      onDone()
    },
  })
  const { errors, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('sso.domains.domain')} hint={t('sso.domains.domain_hint')} required error={errors.domain?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('domain', { required: t('form.required') })}
            placeholder="example.com"
            inputMode="url"
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            maxLength={253}
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('sso.domains.create')}
        </Button>
      </DialogActions>
    </Form>
  )
}
