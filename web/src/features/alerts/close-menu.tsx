import { ChevronDown } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '@/ui/menu'
import { type Verdict, verdicts } from './queries'

type CloseMenuProps = {
  size?: 'small'
  busy: boolean
  onClose: (verdict: Verdict) => void
  open?: boolean
  onOpenChange?: (open: boolean) => void
}

/** Closing asks for the one thing that is learned from: what it turned out to be. */
export function CloseMenu({ size, busy, onClose, open, onOpenChange }: CloseMenuProps) {
  const { t } = useTranslation()
  return (
    <Menu open={open} onOpenChange={onOpenChange}>
      <MenuTrigger asChild>
        <Button size={size} busy={busy}>
          {t('alerts.close.as')}
          <ChevronDown aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent align="start">
        {verdicts.map((verdict) => (
          <MenuItem key={verdict} className="h-auto flex-col items-start gap-0 py-1.5" onSelect={() => onClose(verdict)}>
            <span className="font-medium">{t(`alerts.verdict.${verdict}`)}</span>
            <span className="text-muted text-xs">{t(`alerts.verdict.${verdict}_hint`)}</span>
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  )
}
