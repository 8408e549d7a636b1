import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { AccessActions } from '@/features/users/access-actions'
import { useAccessConflict } from '@/features/users/access-conflict'
import { Form, SaveButton } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import { untagged } from '@/lib/answers'
import { changedFrom } from '@/lib/changed'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { fetchAnew } from '@/lib/query-client'
import { Sheet, SheetContent } from '@/ui/sheet'
import { type AccountFields, AccountFieldset, fieldsOf, trimmed } from './account-fields'
import { AccountTokens } from './account-tokens'
import {
  type ServiceAccount,
  serviceAccountQuery,
  type TaggedServiceAccount,
  useRemoveServiceAccount,
  useUpdateServiceAccount,
} from './queries'

type DrawerProps = { id: string | null; known: ServiceAccount | undefined; onClose: () => void }

export function ServiceAccountDrawer({ id, known, onClose }: DrawerProps) {
  const { t } = useTranslation()
  const initialData = known && untagged(known)
  const query = useQuery({ ...serviceAccountQuery(id ?? ''), enabled: id !== null, initialData, initialDataUpdatedAt: 0 })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={query.data?.data.name ?? t('settings.service_accounts.one')}>
        <Loaded query={query}>
          {(tagged) => (
            <div key={tagged.data.id} className="space-y-5 p-5">
              <EditForm tagged={tagged} />
              <AccountTokens id={tagged.data.id} />
              <Access account={tagged.data} onRemoved={onClose} />
            </div>
          )}
        </Loaded>
      </SheetContent>
    </Sheet>
  )
}

function EditForm({ tagged }: { tagged: TaggedServiceAccount }) {
  const { t } = useTranslation()
  const update = useUpdateServiceAccount()
  const accessFields = useAccessConflict()
  const { id } = tagged.data
  const mayUpdate = useCan()('settings.service_accounts.update')
  const { form, conflict } = useVersionedForm<AccountFields, ServiceAccount>({
    tagged,
    read: fieldsOf,
    save: (fields, etag, account) => update.mutateAsync({ id, change: changedFrom(fieldsOf(account), trimmed(fields)), etag }),
    fetchSaved: () => fetchAnew(serviceAccountQuery(id)),
  })
  const { isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <AccountFieldset form={form} readOnly={!mayUpdate || tagged.etag === null || isSubmitting} />
      {mayUpdate && <SaveButton form={form} />}
      {conflict && (
        <VersionConflict
          {...conflict}
          fields={[
            { name: 'name', label: t('settings.service_accounts.name') },
            { name: 'description', label: t('settings.service_accounts.about') },
            ...accessFields,
          ]}
        />
      )}
    </Form>
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
