import { useState } from 'react'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Field, ProblemNote } from '@/kit/form'
import { SearchedSelect } from '@/kit/searched-select'
import { Secret } from '@/kit/secret'
import { notify } from '@/lib/notify'
import { Problem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { Dialog, DialogContent } from '@/ui/dialog'
import { Input, TextArea } from '@/ui/input'
import { Select } from '@/ui/select'
import { Sheet, SheetContent } from '@/ui/sheet'
import { Row, State } from './section'

const refusal = new Problem({
  status: 422,
  word: 'invalid',
  detail: 'The request does not fit',
  requestId: 'example-2',
  errors: [{ path: '/name', message: 'is required' }],
})

export function FormStates() {
  const [open, setOpen] = useState<'dialog' | 'sheet' | 'confirm' | null>(null)
  const close = (isOpen: boolean) => !isOpen && setOpen(null)
  return (
    <>
      <State name="fields">
        <div className="space-y-3">
          <Field label="Name" required hint="As it is shown in lists.">
            {(control) => <Input {...control} defaultValue="edge-1" />}
          </Field>
          <Field label="Name" required error="is required">
            {(control) => <Input {...control} />}
          </Field>
          <Field label="Disabled">{(control) => <Input {...control} disabled defaultValue="cannot be changed" />}</Field>
          <Field label="Comment">{(control) => <TextArea {...control} />}</Field>
          <Field label="Unit" required>
            {(control) => (
              <Select
                {...control}
                value="turin"
                onValueChange={() => undefined}
                options={[
                  { value: 'acme', label: 'Acme' },
                  { value: 'turin', label: 'Plant Turin', depth: 1 },
                ]}
              />
            )}
          </Field>
          <Field label="Site">
            {(control) => (
              <SearchedSelect
                {...control}
                label="Site"
                value="hall"
                text="Hall 3"
                none="No site"
                offer={{ options: [{ value: 'hall', label: 'Hall 3' }], answered: '', onMore: () => undefined }}
                onText={() => undefined}
                onValueChange={() => undefined}
              />
            )}
          </Field>
        </div>
      </State>
      <State name="refused by the server">
        <ProblemNote error={refusal} />
        <ProblemNote error={new Problem({ status: 0, word: 'network', detail: '' })} />
      </State>
      <State name="secret">
        <Secret label="Example key" value={`mzp_${'0123456789'.repeat(6)}`} />
      </State>
      <State name="dialog, drawer, confirmation, notification">
        <Row>
          <Button onClick={() => setOpen('dialog')}>Dialog</Button>
          <Button onClick={() => setOpen('sheet')}>Drawer</Button>
          <Button onClick={() => setOpen('confirm')}>Confirmation</Button>
          <Button onClick={() => notify.success('It is saved', { action: { label: 'Undo', onClick: () => undefined } })}>Success</Button>
          <Button onClick={() => notify.error('It was refused', { description: 'forbidden · example-3' })}>Failure</Button>
        </Row>
        <Dialog open={open === 'dialog'} onOpenChange={close}>
          <DialogContent title="A dialog" description="With a title and a description.">
            What it holds.
          </DialogContent>
        </Dialog>
        <Sheet open={open === 'sheet'} onOpenChange={close}>
          <SheetContent title="A drawer">
            <p className="p-5">What it holds.</p>
          </SheetContent>
        </Sheet>
        <ConfirmDialog
          open={open === 'confirm'}
          onOpenChange={close}
          title="Remove edge-1?"
          description="This cannot be undone."
          typed="edge-1"
          confirmLabel="Remove"
          onConfirm={() => Promise.reject(refusal)}
        />
      </State>
    </>
  )
}
