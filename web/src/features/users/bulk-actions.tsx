import { CircleCheck, CircleSlash, LogOut, Users } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '@/ui/menu'

interface Group {
  id: string
  name: string
}

type UserBulkActionsProps = {
  count: number
  busy: boolean
  groups: readonly Group[]
  onDisable: (disabled: boolean) => Promise<void>
  onGroup: (group: Group) => Promise<void>
  onSignOut: () => Promise<void>
}

/** What can be done to many users: shut out and let in again, signed out, put into a group. */
export function UserBulkActions({ count, busy, groups, onDisable, onGroup, onSignOut }: UserBulkActionsProps) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState<'disable' | 'sign_out' | null>(null)
  const many = { count, formatted: formatNumber(count) }
  const leave = (open: boolean) => !open && setAsking(null)
  return (
    <>
      {groups.length > 0 && (
        <Menu>
          <MenuTrigger asChild>
            <Button size="small" disabled={busy}>
              <Users aria-hidden />
              {t('settings.users.add_to_group')}
            </Button>
          </MenuTrigger>
          <MenuContent>
            {groups.map((group) => (
              <MenuItem key={group.id} onSelect={() => void onGroup(group)}>
                {group.name}
              </MenuItem>
            ))}
          </MenuContent>
        </Menu>
      )}
      <Button size="small" disabled={busy} onClick={() => setAsking('sign_out')}>
        <LogOut aria-hidden />
        {t('settings.users.sign_out')}
      </Button>
      <Button size="small" disabled={busy} onClick={() => void onDisable(false)}>
        <CircleCheck aria-hidden />
        {t('settings.users.enable')}
      </Button>
      <Button size="small" variant="danger" disabled={busy} onClick={() => setAsking('disable')}>
        <CircleSlash aria-hidden />
        {t('settings.users.disable')}
      </Button>
      <ConfirmDialog
        open={asking === 'sign_out'}
        onOpenChange={leave}
        title={t('settings.users.sign_out_many_title', many)}
        description={t('settings.users.sign_out_many_description')}
        confirmLabel={t('settings.users.sign_out')}
        onConfirm={async () => void onSignOut()}
      />
      <ConfirmDialog
        open={asking === 'disable'}
        onOpenChange={leave}
        title={t('settings.users.disable_many_title', many)}
        description={t('settings.users.disable_many_description')}
        confirmLabel={t('settings.users.disable')}
        onConfirm={async () => void onDisable(true)}
      />
    </>
  )
}
