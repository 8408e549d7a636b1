import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Secret } from './secret'

type SecretDialogProps = {
  open: boolean
  onClose: () => void
  title: string
  /** The title once the secret is there. */
  created: string
  label: string
  children: (tell: (secret: string) => void, cancel: () => void) => ReactNode
}

/** Makes a secret and shows it this once; it closes only by a button from then on. */
export function SecretDialog({ open, onClose, title, created, label, children }: SecretDialogProps) {
  const { t } = useTranslation()
  const [secret, setSecret] = useState<string | null>(null)
  const close = () => {
    setSecret(null)
    onClose()
  }
  return (
    <Dialog open={open} onOpenChange={(next) => !next && close()}>
      <DialogContent width="medium" title={secret ? created : title} dismissable={!secret}>
        {secret ? (
          <>
            <Secret value={secret} label={label} />
            <DialogActions>
              <Button variant="primary" onClick={close}>
                {t('action.done')}
              </Button>
            </DialogActions>
          </>
        ) : (
          children(setSecret, close)
        )}
      </DialogContent>
    </Dialog>
  )
}
