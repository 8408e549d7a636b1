import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isSame } from '@/lib/changed'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { ProblemNote } from './form'

export type Comparison<Values> = {
  mine: Values
  theirs: Values
  onKeepMine: () => Promise<void>
  onTakeTheirs: () => void
  onClose: () => void
}

type Fields<Values> = readonly {
  name: keyof Values
  label: string
  /** A field that holds a list may tell what it has and the other has not. */
  show?: (value: Values[keyof Values], other: Values[keyof Values]) => ReactNode
}[]

/** Somebody saved first: both versions side by side, and the choice between them. */
export function VersionConflict<Values>({ fields, ...comparison }: Comparison<Values> & { fields: Fields<Values> }) {
  const { t } = useTranslation()
  const { mine, theirs, onKeepMine, onTakeTheirs, onClose } = comparison
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const keep = async () => {
    setBusy(true)
    try {
      await onKeepMine()
    } catch (problem) {
      setError(problem)
    }
    setBusy(false)
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent width="medium" title={t('conflict.title')} description={t('conflict.description')}>
        <table className="w-full table-fixed text-left">
          <thead className="text-muted text-xs">
            <tr>
              <th scope="col" className="w-28 py-1.5 font-medium">
                {t('conflict.field')}
              </th>
              <th scope="col" className="py-1.5 font-medium">
                {t('conflict.mine')}
              </th>
              <th scope="col" className="py-1.5 font-medium">
                {t('conflict.theirs')}
              </th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ name, label, show = (value) => String(value) }) => {
              const differs = !isSame(mine[name], theirs[name])
              return (
                <tr key={String(name)} className="border-border border-t align-top">
                  <th scope="row" className="text-muted py-2 pr-2 font-normal">
                    {label}
                  </th>
                  <td className={differs ? 'text-accent-text py-2 pr-3 font-medium break-words' : 'py-2 pr-3 break-words'}>
                    {show(mine[name], theirs[name]) || '—'}
                  </td>
                  <td className={differs ? 'text-medium py-2 font-medium break-words' : 'py-2 break-words'}>
                    {show(theirs[name], mine[name]) || '—'}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
        {error !== null && <ProblemNote error={error} />}
        <DialogActions>
          <Button onClick={onTakeTheirs}>{t('conflict.take_theirs')}</Button>
          <Button variant="primary" busy={busy} onClick={() => void keep()}>
            {t('conflict.keep_mine')}
          </Button>
        </DialogActions>
      </DialogContent>
    </Dialog>
  )
}
