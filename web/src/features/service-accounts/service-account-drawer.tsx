import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { AccessActions } from '@/features/users/access-actions'
import { sentScope } from '@/features/users/access-fields'
import { Loaded } from '@/kit/loaded'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Sheet, SheetContent } from '@/ui/sheet'
import { AccountTokens } from './account-tokens'
import { type ServiceAccount, serviceAccountQuery, useRemoveServiceAccount, useUpdateServiceAccount } from './queries'
import { ServiceAccountForm } from './service-account-form'

type DrawerProps = { id: string | null; known: ServiceAccount | undefined; onClose: () => void }

export function ServiceAccountDrawer({ id, known, onClose }: DrawerProps) {
  const { t } = useTranslation()
  const query = useQuery({ ...serviceAccountQuery(id ?? ''), enabled: id !== null, initialData: known, initialDataUpdatedAt: 0 })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={query.data?.name ?? t('settings.service_accounts.one')}>
        <Loaded query={query}>
          {(account) => (
            <div key={account.id} className="space-y-5 p-5">
              <EditForm key={account.updated_at} account={account} />
              <AccountTokens id={account.id} />
              <Access account={account} onRemoved={onClose} />
            </div>
          )}
        </Loaded>
      </SheetContent>
    </Sheet>
  )
}

function EditForm({ account }: { account: ServiceAccount }) {
  const { t } = useTranslation()
  const update = useUpdateServiceAccount()
  const readOnly = !useCan()('settings.service_accounts.update')
  return (
    <ServiceAccountForm
      readOnly={readOnly}
      values={{
        name: account.name,
        description: account.description ?? '',
        group_ids: account.groups.map((group) => group.id),
        org_unit_scope: sentScope(account.org_unit_scope),
      }}
      onSend={async (change) => {
        const saved = await update.mutateAsync({ id: account.id, change })
        notify.success(t('settings.service_accounts.saved', { name: saved.name }))
      }}
      actions={({ dirty, busy }) =>
        !readOnly && (
          <Button type="submit" variant="primary" disabled={!dirty} busy={busy}>
            {t('action.save')}
          </Button>
        )
      }
    />
  )
}

function Access({ account, onRemoved }: { account: ServiceAccount; onRemoved: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const update = useUpdateServiceAccount()
  const remove = useRemoveServiceAccount()
  const { id, name, disabled } = account
  return (
    <AccessActions
      disabled={disabled}
      mayUpdate={can('settings.service_accounts.update')}
      mayRemove={can('settings.service_accounts.delete')}
      words={{
        access: t('settings.service_accounts.access'),
        wasDisabled: t('settings.service_accounts.was_disabled', { name }),
        wasEnabled: t('settings.service_accounts.was_enabled', { name }),
        remove: t('settings.service_accounts.remove'),
        removeTitle: t('settings.service_accounts.remove_title', { name }),
        removeDescription: t('settings.service_accounts.remove_description'),
      }}
      typed={name}
      busy={update.isPending}
      onDisable={(next) => update.mutateAsync({ id, change: { disabled: next } })}
      onRemove={async () => {
        await remove.mutateAsync(id)
        onRemoved()
        notify.success(t('settings.service_accounts.removed', { name }))
      }}
    />
  )
}
