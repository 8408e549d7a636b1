import { type ReactNode, useId, useState } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogClose, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { ProblemNote } from './form'

type ConfirmDialogProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description: ReactNode
  confirmLabel: string
  /** What has to be typed first: for what cannot be undone. */
  typed?: string
  onConfirm: () => Promise<unknown>
}

export function ConfirmDialog({ open, onOpenChange, title, description, ...rest }: ConfirmDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title={title} description={description}>
        <Confirmation onDone={() => onOpenChange(false)} {...rest} />
      </DialogContent>
    </Dialog>
  )
}

function Confirmation({
  typed,
  confirmLabel,
  onConfirm,
  onDone,
}: Pick<ConfirmDialogProps, 'typed' | 'confirmLabel' | 'onConfirm'> & { onDone: () => void }) {
  const { t } = useTranslation()
  const id = useId()
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const ready = typed === undefined || text.trim() === typed
  const confirm = async () => {
    if (!ready) return
    setBusy(true)
    setError(null)
    try {
      await onConfirm()
      onDone()
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void confirm()
      }}
    >
      {typed !== undefined && (
        <div className="space-y-1.5 pt-2">
          <label htmlFor={id} className="block">
            <Trans
              i18nKey="confirm.type_to_confirm"
              values={{ typed }}
              components={{ strong: <strong className="font-semibold select-all" /> }}
            />
          </label>
          <Input id={id} value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" spellCheck={false} />
        </div>
      )}
      {error !== null && <ProblemNote error={error} />}
      <DialogActions>
        <DialogClose>
          <Button>{t('action.cancel')}</Button>
        </DialogClose>
        <Button type="submit" variant="dangerSolid" disabled={!ready} busy={busy}>
          {confirmLabel}
        </Button>
      </DialogActions>
    </form>
  )
}
