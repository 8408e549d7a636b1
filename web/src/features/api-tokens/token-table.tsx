import { useQuery } from '@tanstack/react-query'
import { KeySquare } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { BulkBar } from '@/kit/data-table/bulk-bar'
import { BulkFailures } from '@/kit/data-table/bulk-failures'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import { nothingSelected } from '@/kit/data-table/selection'
import type { TableColumn } from '@/kit/data-table/types'
import { useBulk } from '@/kit/data-table/use-bulk'
import { EmptyState } from '@/kit/empty-state'
import { useFilters } from '@/kit/filter-fields'
import { Filters } from '@/kit/filters'
import { RelativeTime } from '@/kit/relative-time'
import { formatNumber } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan, useMe } from '@/lib/me'
import { Button } from '@/ui/button'
import { TokenBulkActions } from './bulk-actions'
import { type ApiToken, apiTokenCountQuery, apiTokenList, revokeApiTokens } from './queries'
import { RevokeToken } from './revoke-token'
import { TokenState } from './token-state'

/** A page of the caller's own tokens, or of those of everybody with whom they belong to. */
export function TokenTable({ own, header, action }: { own: boolean; header: ReactNode; action: ReactNode }) {
  const { t } = useTranslation()
  const can = useCan()
  const { user } = useMe()
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  const filters = useFilters([
    {
      id: 'state',
      label: t('settings.api_tokens.state'),
      operators: ['is'],
      multiple: true,
      options: [
        { value: 'valid', label: t('settings.api_tokens.is_valid') },
        { value: 'expired', label: t('settings.api_tokens.is_expired') },
        { value: 'revoked', label: t('settings.api_tokens.is_revoked') },
      ],
      closed: true,
      primary: true,
    },
  ])
  const filter = own ? { ...filters.query, own } : filters.query
  const list = useList(apiTokenList(filter))
  const { rows } = list
  const [selection, setSelection] = useState(nothingSelected)
  const selecting = selection.all || selection.ids.size > 0
  const count = useQuery({ ...apiTokenCountQuery(filter), enabled: selecting }).data?.count
  const bulk = useBulk({ invalidates: ['api-tokens', 'service-accounts'], filter, onSelection: setSelection })
  const [mayRevoke, mayRevokeAll] = [can('api_tokens.delete'), can('settings.api_tokens.delete')]
  const columns = useMemo<TableColumn<ApiToken>[]>(
    () => [
      {
        id: 'name',
        header: t('settings.api_tokens.name'),
        choice: 'locked',
        cell: (token) => <span className={token.revoked_at ? 'text-muted' : 'font-medium'}>{token.name}</span>,
      },
      ...(own
        ? []
        : [{ id: 'owner', header: t('settings.api_tokens.owner'), from: 'sm' as const, cell: (token: ApiToken) => token.owner.name }]),
      {
        id: 'prefix',
        header: t('settings.api_tokens.prefix'),
        width: 130,
        from: 'lg',
        cell: (token) => <code className="font-mono text-xs">{token.prefix}…</code>,
      },
      { id: 'state', header: t('settings.api_tokens.state'), width: 110, cell: (token) => <TokenState token={token} /> },
      {
        id: 'scopes',
        header: t('settings.api_tokens.scopes'),
        width: 100,
        align: 'end',
        from: 'lg',
        cell: (token) => <span title={token.scopes.join('\n')}>{formatNumber(token.scopes.length)}</span>,
      },
      {
        id: 'expires',
        header: t('settings.api_tokens.expires'),
        width: 120,
        from: 'md',
        cell: (token) => <RelativeTime at={token.expires_at} />,
      },
      {
        id: 'last_used',
        header: t('settings.api_tokens.last_used'),
        width: 120,
        from: 'md',
        cell: (token) => <RelativeTime at={token.last_used_at} none={t('settings.api_tokens.never_used')} />,
      },
      {
        id: 'actions',
        header: t('alerts.actions'),
        width: 96,
        align: 'end',
        choice: 'locked',
        cell: (token) =>
          mayRevoke &&
          (mayRevokeAll || token.owner.id === user.id) &&
          !token.revoked_at && (
            <Button
              size="small"
              variant="quiet"
              onClick={() => setRevoking(token)}
              aria-label={t('settings.api_tokens.revoke_named', { name: token.name })}
            >
              {t('settings.api_tokens.revoke')}
            </Button>
          ),
      },
    ],
    [t, own, mayRevoke, mayRevokeAll, user.id],
  )
  return (
    <ListPage header={header} filters={<Filters state={filters} searchLabel={t('settings.api_tokens.search')} />}>
      <BulkBar selection={selection} onChange={setSelection} count={count} loaded={rows.length} progress={bulk.progress}>
        <TokenBulkActions
          count={selection.all ? (count ?? rows.length) : selection.ids.size}
          busy={bulk.busy}
          onRevoke={() => bulk.run(selection, revokeApiTokens, (done) => t('settings.api_tokens.revoked_many', { count: done }))}
        />
      </BulkBar>
      <DataTable
        label={t('settings.api_tokens.title')}
        rowLabel={(token) => token.name}
        list={list}
        columns={columns}
        selection={mayRevoke ? { value: selection, onChange: setSelection } : undefined}
        filtered={filters.active}
        onClearFilters={filters.clear}
        empty={
          <EmptyState icon={KeySquare} title={t('settings.api_tokens.none')} description={t('settings.api_tokens.none_hint')}>
            {action}
          </EmptyState>
        }
      />
      <BulkFailures failures={bulk.failures} onClose={bulk.forget} />
      <RevokeToken token={revoking} onClose={() => setRevoking(null)} />
    </ListPage>
  )
}
