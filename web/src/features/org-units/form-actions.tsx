import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { DialogActions, DialogClose } from '@/ui/dialog'

export function FormActions({ busy, label }: { busy: boolean; label: string }) {
  const { t } = useTranslation()
  return (
    <DialogActions>
      <DialogClose>
        <Button>{t('action.cancel')}</Button>
      </DialogClose>
      <Button type="submit" variant="primary" busy={busy}>
        {label}
      </Button>
    </DialogActions>
  )
}
