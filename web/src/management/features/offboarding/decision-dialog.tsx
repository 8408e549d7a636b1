import { Trans, useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { ReasonField, useReasonRules } from '../../kit/reason-field'
import { type Decision, type DecisionName, useDecide } from './queries'

interface Subject {
  id: string
  name: string
}
type Props = { tenant: Subject; decision: DecisionName | null; onClose: () => void }

/** What cannot be taken back asks for the tenant's name; all of it asks why. */
export function DecisionDialog({ tenant, decision, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog open={decision !== null} onOpenChange={(next) => !next && onClose()}>
      {decision && (
        <DialogContent
          title={t(`management.offboarding.ask.${decision}`, { name: tenant.name })}
          description={t(`management.offboarding.effect.${decision}`)}
        >
          <DecisionForm tenant={tenant} decision={decision} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function DecisionForm({ tenant, decision, onClose }: { tenant: Subject; decision: DecisionName; onClose: () => void }) {
  const { t } = useTranslation()
  const decide = useDecide(tenant.id, decision)
  const rules = useReasonRules()
  const isFinal = decision === 'offboard' || decision === 'delete'
  const form = useServerForm<Decision>({
    defaultValues: { name: '', reason: '' },
    submit: async ({ name, reason }) => {
      await decide.mutateAsync({ name: name.trim(), reason: reason.trim() })
      onClose()
    },
  })
  const isName = (text: string) => text.trim() === tenant.name.trim() || t('management.offboarding.another_name')
  return (
    <Form form={form} className="space-y-3">
      {isFinal && (
        <Field
          label={
            <Trans
              i18nKey="confirm.type_to_confirm"
              values={{ typed: tenant.name }}
              components={{ strong: <strong className="font-semibold select-all" /> }}
            />
          }
          required
          error={form.formState.errors.name?.message}
        >
          {(control) => (
            <Input
              {...control}
              {...form.register('name', { required: t('form.required'), validate: isName })}
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
      )}
      <ReasonField field={form.register('reason', rules)} error={form.formState.errors.reason?.message} />
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onClose}>{t('action.close')}</Button>
        <Button type="submit" variant={isFinal ? 'dangerSolid' : 'primary'} busy={form.formState.isSubmitting}>
          {t(`management.offboarding.do.${decision}`)}
        </Button>
      </DialogActions>
    </Form>
  )
}
