import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/lib/format'

/** "12 of 50"; without a limit the number alone, before the Cloud has told it the limit alone. */
export function Used({ count, most }: { count: number | undefined; most: number | null | undefined }) {
  const { t } = useTranslation()
  if (count === undefined) return typeof most === 'number' ? t('management.licence.most', { most: formatNumber(most) }) : '—'
  if (most === null || most === undefined) return formatNumber(count)
  const words = t('management.licence.of', { used: formatNumber(count), most: formatNumber(most) })
  return <span className={count >= most ? 'text-critical font-medium' : undefined}>{words}</span>
}
