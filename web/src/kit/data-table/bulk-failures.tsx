import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import type { BulkFailure } from './use-bulk'

const listed = 100

/** Which of many failed, and why. */
export function BulkFailures({ failures, onClose }: { failures: readonly BulkFailure[]; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open={failures.length > 0} onOpenChange={(open) => !open && onClose()}>
      <DialogContent scrollable title={t('bulk.failed_title', { count: failures.length })} description={t('bulk.failed_description')}>
        <ul className="divide-border border-border divide-y rounded-md border">
          {failures.slice(0, listed).map(({ id, name, error, detail }) => (
            <li key={id} className="px-3 py-2">
              <p className="truncate font-medium">{name}</p>
              <p className="text-critical text-xs">{detail}</p>
              <p className="text-muted font-mono text-2xs">{error}</p>
            </li>
          ))}
        </ul>
        {failures.length > listed && (
          <p className="text-muted mt-2 text-xs">{t('bulk.more_failed', { formatted: formatNumber(failures.length - listed) })}</p>
        )}
        <DialogActions>
          <Button onClick={onClose}>{t('action.close')}</Button>
        </DialogActions>
      </DialogContent>
    </Dialog>
  )
}
