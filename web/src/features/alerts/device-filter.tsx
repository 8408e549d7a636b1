import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { deviceQuery } from '@/features/devices/queries'
import { chipClasses } from '@/kit/filter-chip'
import { useCan } from '@/lib/me'

/** The device that a link from its page narrowed the list to. */
export function DeviceFilter({ id, onRemove }: { id: string; onRemove: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const { data } = useQuery({ ...deviceQuery(id), enabled: can('devices.read') })
  const label = `${t('alerts.device')}: ${data?.data.name ?? '…'}`
  return (
    <button type="button" className={chipClasses(true)} onClick={onRemove} aria-label={t('filter.remove', { label })}>
      <span className="truncate">{label}</span>
      <X className="size-3.5 shrink-0" aria-hidden />
    </button>
  )
}
