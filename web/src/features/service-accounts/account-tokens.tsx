import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CreateApiToken } from '@/features/api-tokens/create-api-token'
import { type ApiToken, apiTokenList } from '@/features/api-tokens/queries'
import { RevokeToken } from '@/features/api-tokens/revoke-token'
import { TokenState } from '@/features/api-tokens/token-state'
import { RelativeTime } from '@/kit/relative-time'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'

/** The tokens of one service account, with what makes and revokes them. */
export function AccountTokens({ id }: { id: string }) {
  const { t } = useTranslation()
  const can = useCan()
  const [making, setMaking] = useState(false)
  const mayMake = can('api_tokens.create') && can('settings.service_accounts.update')
  return (
    <section aria-label={t('settings.service_accounts.tokens')} className="border-border space-y-2 border-t pt-4">
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-medium">{t('settings.service_accounts.tokens')}</h3>
        {mayMake && (
          <Button size="small" onClick={() => setMaking(true)}>
            <Plus aria-hidden />
            {t('settings.api_tokens.add')}
          </Button>
        )}
      </div>
      {can('api_tokens.read') && can('settings.api_tokens.read') && <Tokens id={id} />}
      <CreateApiToken open={making} onClose={() => setMaking(false)} serviceAccountId={id} />
    </section>
  )
}

function Tokens({ id }: { id: string }) {
  const { t } = useTranslation()
  const can = useCan()
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  const { rows, query } = useList(apiTokenList({ service_account_id: id }))
  const mayRevoke = can('api_tokens.delete') && can('settings.api_tokens.delete')
  if (query.isSuccess && !rows.length) return <p className="text-muted">{t('settings.api_tokens.none')}</p>
  return (
    <>
      <ul className="border-border divide-border divide-y rounded-md border">
        {rows.map((token) => (
          <li key={token.id} className="flex items-center gap-3 px-3 py-1.5">
            <div className="min-w-0 flex-1">
              <span className="block truncate font-medium">{token.name}</span>
              <span className="text-muted text-xs">
                {t('settings.api_tokens.last_used')}: <RelativeTime at={token.last_used_at} none={t('settings.api_tokens.never_used')} />
              </span>
            </div>
            <TokenState token={token} />
            {mayRevoke && !token.revoked_at && (
              <Button
                size="small"
                variant="quiet"
                onClick={() => setRevoking(token)}
                aria-label={t('settings.api_tokens.revoke_named', { name: token.name })}
              >
                {t('settings.api_tokens.revoke')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button size="small" variant="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('action.more')}
        </Button>
      )}
      <RevokeToken token={revoking} onClose={() => setRevoking(null)} />
    </>
  )
}
