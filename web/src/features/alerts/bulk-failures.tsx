import { useTranslation } from 'react-i18next'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'

export type NamedFailure = { id: string; title: string; error: unknown }

/** Which of many failed, and why. */
export function BulkFailures({ failures, onClose }: { failures: readonly NamedFailure[]; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open={failures.length > 0} onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('alerts.failed_title', { count: failures.length })} description={t('alerts.failed_description')}>
        <ul className="divide-border border-border divide-y rounded-md border">
          {failures.map(({ id, title, error }) => {
            const problem = asProblem(error)
            return (
              <li key={id} className="px-3 py-2">
                <p className="font-medium">{title}</p>
                <p className="text-critical text-xs">{problem.message || t('error.network')}</p>
                <p className="text-muted font-mono text-2xs">{[problem.word, problem.requestId].filter(Boolean).join(' · ')}</p>
              </li>
            )
          })}
        </ul>
        <DialogActions>
          <Button onClick={onClose}>{t('action.close')}</Button>
        </DialogActions>
      </DialogContent>
    </Dialog>
  )
}
