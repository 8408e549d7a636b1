import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Loaded } from '@/kit/loaded'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { asProblem } from '@/lib/problem'
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
  const scope = account.org_unit_scope
  return (
    <ServiceAccountForm
      readOnly={readOnly}
      values={{
        name: account.name,
        description: account.description ?? '',
        group_ids: account.groups.map((group) => group.id),
        org_unit_scope: scope === 'all' ? 'all' : scope.map(({ org_unit_id, subtree }) => ({ org_unit_id, subtree })),
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
  const [removing, setRemoving] = useState(false)
  const { id, name } = account
  const setDisabled = (disabled: boolean) =>
    update.mutate(
      { id, change: { disabled } },
      {
        onSuccess: () =>
          notify.success(
            disabled ? t('settings.service_accounts.was_disabled', { name }) : t('settings.service_accounts.was_enabled', { name }),
            {
              action: { label: t('action.undo'), onClick: () => setDisabled(!disabled) },
            },
          ),
        onError: (error) => notify.error(asProblem(error).message || t('error.network')),
      },
    )
  if (!can('settings.service_accounts.update') && !can('settings.service_accounts.delete')) return null
  return (
    <section aria-label={t('settings.service_accounts.access')} className="border-border flex flex-wrap gap-2 border-t pt-4">
      {can('settings.service_accounts.update') && (
        <Button busy={update.isPending} onClick={() => setDisabled(!account.disabled)}>
          {account.disabled ? t('settings.service_accounts.enable') : t('settings.service_accounts.disable')}
        </Button>
      )}
      {can('settings.service_accounts.delete') && (
        <Button variant="danger" onClick={() => setRemoving(true)}>
          {t('settings.service_accounts.remove')}
        </Button>
      )}
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={t('settings.service_accounts.remove_title', { name })}
        description={t('settings.service_accounts.remove_description')}
        confirmLabel={t('settings.service_accounts.remove')}
        typed={name}
        onConfirm={async () => {
          await remove.mutateAsync(id)
          onRemoved()
          notify.success(t('settings.service_accounts.removed', { name }))
        }}
      />
    </section>
  )
}
