import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '@/kit/copy-button'
import { formatDateTime } from '@/lib/format'
import { useMe } from '@/lib/me'
import { chainQuery } from './queries'

/** How far the log is sealed; the checkpoint is copied to be kept elsewhere. It is of the whole organization: who sees a part is not told, and does not ask. */
export function ChainState() {
  const { t } = useTranslation()
  const { org_units } = useMe()
  const { data } = useQuery({ ...chainQuery, enabled: org_units === 'all' })
  if (!data) return null
  const { sealed, waiting, checkpoint } = data
  return (
    <p className="text-muted flex flex-wrap items-center gap-x-2 px-3 py-1 text-xs">
      <span>{t('settings.audit.sealed', { sealed, waiting })}</span>
      {checkpoint && (
        <>
          <span>{t('settings.audit.checkpoint', { at: formatDateTime(checkpoint.at) })}</span>
          <CopyButton text={JSON.stringify(checkpoint)} label={t('settings.audit.copy_checkpoint')} />
        </>
      )}
    </p>
  )
}
