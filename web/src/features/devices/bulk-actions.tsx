import { FolderInput, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { formatNumber } from '@/lib/format'
import { useCan, useMe } from '@/lib/me'
import { Button } from '@/ui/button'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '@/ui/menu'

type DeviceBulkActionsProps = {
  count: number
  busy: boolean
  onMove: (org_unit_id: string | null) => void
  onRemove: () => void
}

/** What can be done to many devices: another place, or removed. */
export function DeviceBulkActions({ count, busy, onMove, onRemove }: DeviceBulkActionsProps) {
  const { t } = useTranslation()
  const can = useCan()
  const me = useMe()
  const { options } = useOrgUnits()
  const [removing, setRemoving] = useState(false)
  return (
    <>
      {can('devices.update') && options.length > 0 && (
        <Menu>
          <MenuTrigger asChild>
            <Button size="small" disabled={busy}>
              <FolderInput aria-hidden />
              {t('devices.move')}
            </Button>
          </MenuTrigger>
          <MenuContent>
            {me.org_units === 'all' && <MenuItem onSelect={() => onMove(null)}>{t('org_unit.none')}</MenuItem>}
            {options.map((option) => (
              <MenuItem key={option.value} onSelect={() => onMove(option.value)}>
                {option.depth ? <span aria-hidden>{'\u2003'.repeat(option.depth)}</span> : null}
                {option.label}
              </MenuItem>
            ))}
          </MenuContent>
        </Menu>
      )}
      {can('devices.delete') && (
        <Button size="small" variant="danger" disabled={busy} onClick={() => setRemoving(true)}>
          <Trash2 aria-hidden />
          {t('devices.remove_many')}
        </Button>
      )}
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={t('devices.remove_many_title', { count, formatted: formatNumber(count) })}
        description={t('devices.remove_many_description')}
        confirmLabel={t('devices.remove_many')}
        typed={String(count)}
        onConfirm={async () => onRemove()}
      />
    </>
  )
}
