import { Ban, CircleCheck, CircleSlash, Hourglass, KeyRound, Plus } from 'lucide-react'
import { parseAsBoolean, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { Status } from '@/kit/status'
import { useNow } from '@/lib/clock'
import { formatNumber } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { CreateEdgeKey } from './create-edge-key'
import { type EdgeKey, edgeKeyList, useRevokeEdgeKey } from './queries'

export function EdgeKeysPage() {
  const { t } = useTranslation()
  const can = useCan()
  const { nameOf } = useOrgUnits()
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const [revoking, setRevoking] = useState<EdgeKey | null>(null)
  const revoke = useRevokeEdgeKey()
  const list = useList(edgeKeyList)
  const mayRevoke = can('settings.edge_registration_keys.delete')
  const columns = useMemo<TableColumn<EdgeKey>[]>(
    () => [
      {
        id: 'label',
        header: t('settings.edge_keys.label'),
        choice: 'locked',
        cell: (key) => <span className={key.revoked_at ? 'text-muted' : 'font-medium'}>{key.label}</span>,
      },
      {
        id: 'prefix',
        header: t('settings.edge_keys.prefix'),
        width: 120,
        from: 'md',
        cell: (key) => <code className="font-mono text-xs">{key.prefix}…</code>,
      },
      { id: 'state', header: t('settings.edge_keys.state'), width: 120, cell: (key) => <KeyState edgeKey={key} /> },
      {
        id: 'uses',
        header: t('settings.edge_keys.uses'),
        width: 90,
        align: 'end',
        from: 'sm',
        cell: (key) => `${formatNumber(key.uses)} / ${key.use_limit === null ? '∞' : formatNumber(key.use_limit)}`,
      },
      { id: 'org_unit', header: t('devices.org_unit'), from: 'lg', cell: (key) => nameOf(key.org_unit_id) ?? '—' },
      {
        id: 'expires',
        header: t('settings.edge_keys.expires'),
        width: 120,
        from: 'md',
        cell: (key) => <RelativeTime at={key.expires_at} none={t('settings.edge_keys.never_expires')} />,
      },
      {
        id: 'last_used',
        header: t('settings.edge_keys.last_used'),
        width: 120,
        from: 'md',
        cell: (key) => <RelativeTime at={key.last_used_at} none={t('settings.edge_keys.never_used')} />,
      },
      {
        id: 'actions',
        header: t('alerts.actions'),
        width: 96,
        align: 'end',
        choice: 'locked',
        cell: (key) =>
          mayRevoke &&
          !key.revoked_at && (
            <Button
              size="small"
              variant="quiet"
              onClick={() => setRevoking(key)}
              aria-label={t('settings.edge_keys.revoke_named', { label: key.label })}
            >
              {t('settings.edge_keys.revoke')}
            </Button>
          ),
      },
    ],
    [t, nameOf, mayRevoke],
  )
  const addButton = can('settings.edge_registration_keys.create') && (
    <Button variant="primary" onClick={() => void setAdding(true)}>
      <Plus aria-hidden />
      {t('settings.edge_keys.add')}
    </Button>
  )
  return (
    <ListPage
      header={
        <PageHeader
          title={t('settings.edge_keys.title')}
          crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
          description={t('settings.edge_keys.description')}
        >
          {addButton}
        </PageHeader>
      }
    >
      <DataTable
        label={t('settings.edge_keys.title')}
        rowLabel={(key) => key.label}
        list={list}
        columns={columns}
        empty={
          <EmptyState icon={KeyRound} title={t('settings.edge_keys.none')} description={t('settings.edge_keys.none_hint')}>
            {addButton}
          </EmptyState>
        }
      />
      <CreateEdgeKey open={adding && can('settings.edge_registration_keys.create')} onClose={() => void setAdding(null)} />
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={(open) => !open && setRevoking(null)}
        title={t('settings.edge_keys.revoke_title', { label: revoking?.label ?? '' })}
        description={t('settings.edge_keys.revoke_description')}
        confirmLabel={t('settings.edge_keys.revoke')}
        typed={revoking?.label}
        onConfirm={async () => {
          if (!revoking) return
          await revoke.mutateAsync(revoking.id)
          notify.success(t('settings.edge_keys.revoked', { label: revoking.label }))
        }}
      />
    </ListPage>
  )
}

function KeyState({ edgeKey }: { edgeKey: EdgeKey }) {
  const { t } = useTranslation()
  const now = useNow()
  if (edgeKey.revoked_at) {
    return (
      <Status tone="neutral" icon={Ban}>
        {t('settings.edge_keys.is_revoked')}
      </Status>
    )
  }
  if (edgeKey.expires_at && Date.parse(edgeKey.expires_at) <= now) {
    return (
      <Status tone="medium" icon={Hourglass}>
        {t('settings.edge_keys.is_expired')}
      </Status>
    )
  }
  if (edgeKey.use_limit !== null && edgeKey.uses >= edgeKey.use_limit) {
    return (
      <Status tone="neutral" icon={CircleSlash}>
        {t('settings.edge_keys.is_used_up')}
      </Status>
    )
  }
  return (
    <Status tone="positive" icon={CircleCheck}>
      {t('settings.edge_keys.is_valid')}
    </Status>
  )
}
