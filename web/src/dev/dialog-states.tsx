import { useState } from 'react'
import { AuditSheet } from '@/kit/audit-sheet'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { BulkFailures } from '@/kit/data-table/bulk-failures'
import { Definition } from '@/kit/definition-list'
import { DialogActions, Dialog, DialogContent } from '@/ui/dialog'
import { SecretDialog } from '@/kit/secret-dialog'
import { VersionConflict } from '@/kit/version-conflict'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Sheet, SheetContent } from '@/ui/sheet'
import { refusal } from './refusal'
import { Row, State } from './section'

const names = ['Dialog', 'Drawer', 'Confirmation', 'Secret', 'Conflict', 'Failures of many', 'Audit entry'] as const
type Name = (typeof names)[number]

const failures = Array.from({ length: 120 }, (_, index) => ({
  id: String(index),
  name: `edge-${index}`,
  error: 'conflict',
  detail: 'Somebody has taken it already',
}))

const entry = {
  action: 'devices.update',
  at: '2026-03-01T12:00:00.000Z',
  address: '192.0.2.7',
  request_id: 'example-9',
  before: { name: 'edge-1' },
  after: { name: 'edge-2' },
}

/** What opens above a page, each behind a button of its name. */
export function DialogStates() {
  const [open, setOpen] = useState<Name | null>(null)
  const close = () => setOpen(null)
  const change = (isOpen: boolean) => !isOpen && close()
  return (
    <>
      <State name="dialogs and drawers">
        <Row>
          {names.map((name) => (
            <Button key={name} onClick={() => setOpen(name)}>
              {name}
            </Button>
          ))}
        </Row>
      </State>
      <State name="notifications">
        <Row>
          <Button onClick={() => notify.success('It is saved', { action: { label: 'Undo', onClick: () => undefined } })}>Success</Button>
          <Button onClick={() => notify.error('It was refused', { description: 'forbidden · example-3' })}>Failure</Button>
        </Row>
      </State>
      <Dialog open={open === 'Dialog'} onOpenChange={change}>
        <DialogContent title="A dialog" description="With a title and a description.">
          What it holds.
        </DialogContent>
      </Dialog>
      <Sheet open={open === 'Drawer'} onOpenChange={change}>
        <SheetContent title="A drawer">
          <p className="p-5">What it holds.</p>
        </SheetContent>
      </Sheet>
      <ConfirmDialog
        open={open === 'Confirmation'}
        onOpenChange={change}
        title="Remove edge-1?"
        description="This cannot be undone."
        typed="edge-1"
        confirmLabel="Remove"
        onConfirm={() => Promise.reject(refusal)}
      />
      <SecretDialog open={open === 'Secret'} onClose={close} title="Make a key" created="The key was made" label="Example key">
        {(tell, cancel) => (
          <DialogActions>
            <Button onClick={cancel}>Cancel</Button>
            <Button variant="primary" onClick={() => tell(`mzp_${'0123456789'.repeat(6)}`)}>
              Make
            </Button>
          </DialogActions>
        )}
      </SecretDialog>
      {open === 'Conflict' && (
        <VersionConflict
          mine={{ name: 'edge-1', location: 'Hall 3' }}
          theirs={{ name: 'edge-1', location: 'Hall 7' }}
          fields={[
            { name: 'name', label: 'Name' },
            { name: 'location', label: 'Location' },
          ]}
          onKeepMine={() => Promise.reject(refusal)}
          onTakeTheirs={close}
          onClose={close}
        />
      )}
      <BulkFailures failures={open === 'Failures of many' ? failures : []} onClose={close} />
      <AuditSheet id={open === 'Audit entry' ? 'one' : null} entry={entry} pending={false} onClose={close}>
        <Definition term="Who">Administrator</Definition>
      </AuditSheet>
    </>
  )
}
