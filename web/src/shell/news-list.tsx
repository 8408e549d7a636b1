import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { Alert } from '@/features/alerts/queries'
import { RelativeTime } from '@/kit/relative-time'
import { Severity } from '@/kit/severity'
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '@/ui/menu'

type NewsListProps = { alerts: readonly Alert[]; onClose: () => void; children: ReactElement }

export default function NewsList({ alerts, onClose, children }: NewsListProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return (
    <Menu defaultOpen onOpenChange={(open) => !open && onClose()}>
      <MenuTrigger asChild>{children}</MenuTrigger>
      <MenuContent className="w-80 max-w-[calc(100vw-1.5rem)]">
        <MenuLabel>{t('news.label')}</MenuLabel>
        {alerts.length === 0 && <p className="text-muted px-2 py-3">{t('news.none')}</p>}
        {alerts.map((alert) => (
          <MenuItem key={alert.id} className="h-auto py-1.5" onSelect={() => void navigate(`/alerts?alert=${alert.id}`)}>
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{alert.title}</span>
              <span className="text-muted block truncate text-xs">
                {alert.device_name} · <RelativeTime at={alert.last_seen_at} />
              </span>
            </span>
            <Severity value={alert.severity} />
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem onSelect={() => void navigate('/alerts')}>{t('news.all')}</MenuItem>
      </MenuContent>
    </Menu>
  )
}
