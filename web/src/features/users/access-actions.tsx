import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { notify } from '@/lib/notify'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'

interface AccessActionsProps {
  disabled: boolean
  mayUpdate: boolean
  mayRemove: boolean
  words: { access: string; wasDisabled: string; wasEnabled: string; remove: string; removeTitle: string; removeDescription: string }
  /** What has to be typed before it is removed. */
  typed: string
  busy: boolean
  onDisable: (disabled: boolean) => Promise<unknown>
  onRemove: () => Promise<unknown>
}

/** Shuts somebody out, lets him in again, or removes him: users and service accounts alike. */
export function AccessActions({ disabled, mayUpdate, mayRemove, words, typed, busy, onDisable, onRemove }: AccessActionsProps) {
  const { t } = useTranslation()
  const [removing, setRemoving] = useState(false)
  const setDisabled = async (next: boolean) => {
    try {
      await onDisable(next)
      notify.success(next ? words.wasDisabled : words.wasEnabled, {
        action: { label: t('action.undo'), onClick: () => void setDisabled(!next) },
      })
    } catch (error) {
      notify.error(asProblem(error).message || t('error.network'))
    }
  }
  if (!mayUpdate && !mayRemove) return null
  return (
    <section aria-label={words.access} className="border-border flex flex-wrap gap-2 border-t pt-4">
      {mayUpdate && (
        <Button busy={busy} onClick={() => void setDisabled(!disabled)}>
          {disabled ? t('settings.users.enable') : t('settings.users.disable')}
        </Button>
      )}
      {mayRemove && (
        <Button variant="danger" onClick={() => setRemoving(true)}>
          {words.remove}
        </Button>
      )}
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={words.removeTitle}
        description={words.removeDescription}
        confirmLabel={words.remove}
        typed={typed}
        onConfirm={onRemove}
      />
    </section>
  )
}
