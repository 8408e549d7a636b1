import { useQuery } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, KeyRound, LogIn, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ProofDialog } from './proof-dialog'
import { type Way, linkableQuery, useLink, useProve, useUnlink, waysQuery } from './queries'

/** What is asked for: the name of a provider to link, or the id of a way to give up. */
type Asked = ['link' | 'unlink', string]

/** With what the browser came back from a provider, taken out of the address. */
function takeOutcome() {
  const { searchParams } = new URL(location.href)
  const outcome = searchParams.has('linked') ? 'linked' : searchParams.get('error')
  const proof = searchParams.get('proof') ?? undefined
  if (outcome !== null || proof) history.replaceState(history.state, '', '/account/ways')
  const [does, what = ''] = searchParams.get('next')?.split(':') ?? []
  const asked: Asked | null = proof && (does === 'link' || does === 'unlink') ? [does, what] : null
  return { outcome, proof, asked }
}

function useNameOf(): (way: Way) => string {
  const { t } = useTranslation()
  return ({ kind, directory, tenant, issuer }) => {
    if (kind === 'password') return t('account.password.title')
    if (directory !== null) return 'Microsoft Entra ID'
    return tenant?.name ?? issuer ?? ''
  }
}

export function WaysPage() {
  const { t } = useTranslation()
  const [came] = useState(takeOutcome)
  const [proven, setProven] = useState(came.proof)
  const [asked, setAsked] = useState(came.asked)
  const ways = useQuery(waysQuery)
  const prove = useProve()
  const linkable = useQuery(linkableQuery)
  const link = useLink()
  const unlink = useUnlink()
  const nameOf = useNameOf()
  const linking = asked?.[0] === 'link' ? linkable.data?.items.find((provider) => provider === asked[1]) : undefined
  const unlinking = asked?.[0] === 'unlink' ? ways.data?.items.find(({ id }) => id === asked[1]) : undefined
  const canShow = ways.data?.items.some(({ kind, tenant }) => kind === 'oidc' && tenant === null)
  const onClose = () => {
    setAsked(null)
    setProven(undefined)
  }
  const common = {
    proven,
    onClose,
    atProvider: canShow && asked ? async () => location.assign((await prove.mutateAsync(asked.join(':'))).url) : null,
  }
  return (
    <div className="max-w-3xl space-y-4">
      <PageHeader
        title={t('account.ways.title')}
        crumbs={[{ label: t('account.title'), to: '/account' }]}
        description={t('account.ways.description')}
      />
      {came.outcome !== null && <Outcome word={came.outcome} />}
      <Loaded query={ways}>
        {({ items }) => (
          <Card className="overflow-hidden">
            <ul aria-label={t('account.ways.title')} className="divide-border divide-y">
              {items.map((way) => (
                <li key={way.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
                  {way.kind === 'password' ? (
                    <KeyRound className="text-muted size-4 shrink-0" aria-hidden />
                  ) : (
                    <LogIn className="text-muted size-4 shrink-0" aria-hidden />
                  )}
                  <div className="min-w-0 flex-1 basis-56">
                    <p className="font-medium break-words">{nameOf(way)}</p>
                    {way.kind === 'oidc' && <p className="text-muted font-mono text-xs break-all">{way.directory ?? way.issuer}</p>}
                    <p className="text-muted text-xs">
                      {t('account.ways.since')} <RelativeTime at={way.created_at} />
                      {' · '}
                      {way.last_used_at === null ? (
                        t('account.ways.never_used')
                      ) : (
                        <>
                          {t('account.ways.last_used')} <RelativeTime at={way.last_used_at} />
                        </>
                      )}
                    </p>
                    {way.tenant && <p className="text-muted text-xs">{t('account.ways.only_tenant', { tenant: way.tenant.name })}</p>}
                  </div>
                  {way.kind === 'oidc' && (
                    <Button
                      size="small"
                      variant="quiet"
                      aria-label={t('account.ways.unlink_named', { name: nameOf(way) })}
                      onClick={() => setAsked(['unlink', way.id])}
                    >
                      {t('account.ways.unlink')}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          </Card>
        )}
      </Loaded>
      <div className="flex flex-wrap gap-2">
        {linkable.data?.items.map((provider) => (
          <Button key={provider} onClick={() => setAsked(['link', provider])}>
            <Plus aria-hidden />
            {t(`account.ways.link_${provider}`)}
          </Button>
        ))}
      </div>
      {linking && (
        <ProofDialog
          {...common}
          title={t(`account.ways.link_${linking}`)}
          description={t('account.ways.link_description')}
          confirmLabel={t('account.ways.go_on')}
          variant="primary"
          onConfirm={async (proof) => location.assign((await link.mutateAsync({ provider: linking, ...proof })).url)}
        />
      )}
      {unlinking && (
        <ProofDialog
          {...common}
          title={t('account.ways.unlink_title', { name: nameOf(unlinking) })}
          description={t('account.ways.unlink_description')}
          confirmLabel={t('account.ways.unlink')}
          variant="dangerSolid"
          onConfirm={async (proof) => {
            await unlink.mutateAsync({ id: unlinking.id, proof })
            notify.success(t('account.ways.unlinked'))
            onClose()
          }}
        />
      )}
    </div>
  )
}

function Outcome({ word }: { word: string }) {
  const { t } = useTranslation()
  if (word === 'linked')
    return (
      <p role="status" className="bg-positive-soft text-positive flex items-start gap-2 rounded-md px-3 py-2">
        <CircleCheck className="mt-0.5 size-4 shrink-0" aria-hidden />
        {t('account.ways.linked')}
      </p>
    )
  const words: Record<string, string> = {
    identity_taken: t('account.ways.taken'),
    sso_denied: t('sign_in.sso_denied'),
    sso_unknown: t('account.ways.somebody_else'),
    sso_stale: t('account.ways.stale'),
  }
  return (
    <p role="alert" className="bg-critical-soft text-critical flex items-start gap-2 rounded-md px-3 py-2">
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      {words[word] ?? t('account.ways.failed')}
    </p>
  )
}
