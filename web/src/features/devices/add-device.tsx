import { useQuery } from '@tanstack/react-query'
import { CircleCheckBig, LoaderCircle } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useCreateEdgeKey } from '@/features/edge-keys/queries'
import { useOrgUnits } from '@/features/org-units/queries'
import { CopyButton } from '@/kit/copy-button'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { newestDevicesQuery } from './queries'

type CreatedKey = { provisioning_key: string; created_at: string }

/** Makes a registration key, shows the command that uses it, and waits for the device to appear. */
export default function AddDevice({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [key, setKey] = useState<CreatedKey | null>(null)
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        width="medium"
        title={t('devices.add.title')}
        description={key ? t('devices.add.run_hint') : t('devices.add.key_hint')}
      >
        {key ? (
          <Waiting created={key} onClose={onClose} onAnother={() => setKey(null)} />
        ) : (
          <KeyForm onCreated={setKey} onClose={onClose} />
        )}
      </DialogContent>
    </Dialog>
  )
}

function KeyForm({ onCreated, onClose }: { onCreated: (key: CreatedKey) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const orgUnits = useOrgUnits()
  const create = useCreateEdgeKey()
  const [orgUnitId, setOrgUnitId] = useState('')
  const form = useServerForm<{ label: string }>({
    defaultValues: { label: t('devices.add.default_label') },
    submit: async ({ label }) => {
      const dayAhead = new Date(Date.now() + 86_400_000)
      onCreated(await create.mutateAsync({ label, use_limit: 1, expires_at: dayAhead, ...(orgUnitId ? { org_unit_id: orgUnitId } : {}) }))
    },
  })
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('devices.add.label')} hint={t('devices.add.label_hint')} required error={form.formState.errors.label?.message}>
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
          {t('devices.add.create')}
        </Button>
      </DialogActions>
    </Form>
  )
}

function Waiting({ created, onClose, onAnother }: { created: CreatedKey; onClose: () => void; onAnother: () => void }) {
  const { t } = useTranslation()
  const { data } = useQuery(newestDevicesQuery)
  const command = `MONOZU_URL=${location.origin} PROVISIONING_KEY=${created.provisioning_key} monozu edge`
  const device = data?.items.find((candidate) => candidate.created_at >= created.created_at)
  return (
    <>
      <div className="space-y-4">
        <div className="border-border bg-sunken rounded-md border">
          <div className="border-border flex items-center justify-between border-b py-1 pr-1 pl-3">
            <span className="text-muted text-xs font-medium">{t('devices.add.command')}</span>
            <CopyButton text={command} label={t('devices.add.copy_command')} withText />
          </div>
          <pre className="px-3 py-2.5 font-mono text-xs leading-5 break-all whitespace-pre-wrap select-all">{command}</pre>
        </div>
        <p className="text-muted text-xs">{t('devices.add.key_limits')}</p>
        <div
          role="status"
          aria-live="polite"
          className={
            device ? 'bg-positive-soft border-positive/40 rounded-lg border p-4' : 'border-border rounded-lg border border-dashed p-4'
          }
        >
          {device ? (
            <div className="flex flex-wrap items-center gap-3">
              <CircleCheckBig className="text-positive size-7 shrink-0" aria-hidden />
              <div className="min-w-0 flex-1">
                <p className="text-positive truncate font-semibold">{t('devices.add.arrived', { name: device.name })}</p>
                <p className="text-positive text-xs">{[device.type, device.address].filter(Boolean).join(' · ')}</p>
              </div>
              <Button asChild variant="primary">
                <Link to={`/devices/${device.id}`}>{t('devices.add.open')}</Link>
              </Button>
            </div>
          ) : (
            <div className="flex items-center gap-3">
              <LoaderCircle className="text-muted size-7 shrink-0 animate-spin" aria-hidden />
              <div>
                <p className="font-medium">{t('devices.add.waiting')}</p>
                <p className="text-muted text-xs">{t('devices.add.waiting_hint')}</p>
              </div>
            </div>
          )}
        </div>
      </div>
      <DialogActions>
        <Button onClick={onAnother}>{t('devices.add.another')}</Button>
        <Button onClick={onClose}>{t('action.close')}</Button>
      </DialogActions>
    </>
  )
}
