import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCreateEdgeKey } from '@/features/edge-keys/queries'
import { useOrgUnits } from '@/features/org-units/queries'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { type CreatedKey, WaitingForAgent, WaitingForData } from './add-waiting'
import { type AddedDevice, useAddDevice } from './queries'
import { type Sender, isCommand, senders } from './senders'

type Reporter = 'agent' | Sender
const reporters: readonly Reporter[] = ['agent', ...(Object.keys(senders) as Sender[])]

/** What was made for the one that is added: a key with which our agent registers itself, or the device, for what only knows a key. */
type Made = { key: CreatedKey } | { sender: Sender; device: AddedDevice }

/** Makes what a device needs to report, shows it once, and waits for the device. */
export default function AddDevice({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [reporter, setReporter] = useState<Reporter>('agent')
  const [made, setMade] = useState<Made | null>(null)
  const key = reporter === 'agent' ? ('agent' as const) : ('other' as const)
  const run = reporter === 'agent' || isCommand(reporter) ? ('command' as const) : ('settings' as const)
  const next = { onClose, onAnother: () => setMade(null) }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        width="medium"
        dismissable={!made}
        title={t('devices.add.title')}
        description={made ? t(`devices.add.run_hint.${run}`) : t(`devices.add.key_hint.${key}`)}
      >
        {made === null && <AddForm reporter={reporter} onReporter={setReporter} onMade={setMade} onClose={onClose} />}
        {made && 'key' in made && <WaitingForAgent created={made.key} {...next} />}
        {made && 'device' in made && <WaitingForData {...made} {...next} />}
      </DialogContent>
    </Dialog>
  )
}

type AddFormProps = { reporter: Reporter; onReporter: (reporter: Reporter) => void; onMade: (made: Made) => void; onClose: () => void }

function AddForm({ reporter, onReporter, onMade, onClose }: AddFormProps) {
  const { t } = useTranslation()
  const orgUnits = useOrgUnits()
  const create = useCreateEdgeKey()
  const add = useAddDevice()
  const [orgUnitId, setOrgUnitId] = useState('')
  const isAgent = reporter === 'agent'
  const usual = t('devices.add.default_label')
  const form = useServerForm<{ label: string }>({
    defaultValues: { label: usual },
    submit: async ({ label }) => {
      const dayAhead = new Date(Date.now() + 86_400_000)
      const place = orgUnitId ? { org_unit_id: orgUnitId } : {}
      if (isAgent) return onMade({ key: await create.mutateAsync({ label, use_limit: 1, expires_at: dayAhead, ...place }) })
      onMade({ sender: reporter, device: await add.mutateAsync({ name: label, ...place }) })
    },
  })
  /** A key has a name to begin with; a device is named by somebody, and what he has typed stays. */
  const choose = (chosen: Reporter) => {
    onReporter(chosen)
    if (['', usual].includes(form.getValues('label'))) form.setValue('label', chosen === 'agent' ? usual : '')
  }
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('devices.add.reporter')} required>
        {(control) => (
          <Select
            {...control}
            value={reporter}
            onValueChange={choose}
            options={reporters.map((value) => ({ value, label: t(`devices.add.reporters.${value}`) }))}
          />
        )}
      </Field>
      <Field
        label={isAgent ? t('devices.add.label') : t('devices.name')}
        hint={isAgent ? t('devices.add.label_hint') : undefined}
        required
        error={form.formState.errors.label?.message}
      >
        {(control) => <Input {...control} {...form.register('label', { required: t('form.required') })} maxLength={120} />}
      </Field>
      {orgUnits.options.length > 0 && (
        <Field label={t('devices.org_unit')}>
          {(control) => (
            <Select
              {...control}
              value={orgUnitId}
              onValueChange={setOrgUnitId}
              options={[{ value: '', label: t('org_unit.none') }, ...orgUnits.options]}
            />
          )}
        </Field>
      )}
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          {isAgent ? t('devices.add.create') : t('devices.add.register')}
        </Button>
      </DialogActions>
    </Form>
  )
}
