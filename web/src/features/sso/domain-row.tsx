import { CircleCheck, Hourglass, TriangleAlert } from 'lucide-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '@/kit/form'
import { RelativeTime } from '@/kit/relative-time'
import { Status } from '@/kit/status'
import { notify } from '@/lib/notify'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { CopyLine, CopyLines } from './copy-lines'
import { type Domain, useVerifyDomain } from './queries'

type DomainRowProps = { domain: Domain; mayUpdate: boolean; onRemove: () => void }

export function DomainRow({ domain: row, mayUpdate, onRemove }: DomainRowProps) {
  const { t } = useTranslation()
  const heading = useId()
  const verify = useVerifyDomain()
  const { domain } = row
  const open = !row.verified_at || row.missing_since !== null
  return (
    <li aria-labelledby={heading} className="space-y-3 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-56">
          <h2 id={heading} className="text-sm font-semibold break-all">
            {domain}
          </h2>
          <ProofState domain={row} />
        </div>
        {mayUpdate && (
          <div className="flex gap-2">
            <Button
              size="small"
              busy={verify.isPending}
              aria-label={t('sso.domains.verify_named', { domain })}
              onClick={() => verify.mutate(row.id, { onSuccess: () => notify.success(t('sso.domains.verified', { domain })) })}
            >
              {t('sso.domains.verify')}
            </Button>
            <Button size="small" variant="quiet" aria-label={t('sso.domains.remove_named', { domain })} onClick={onRemove}>
              {t('sso.domains.remove')}
            </Button>
          </div>
        )}
      </div>
      {verify.error && !verify.isPending && <Refusal error={verify.error} />}
      {open ? (
        <DnsRecord domain={row} />
      ) : (
        <details>
          <summary className="text-muted hover:text-text w-fit cursor-pointer rounded-sm text-xs">{t('sso.domains.show_record')}</summary>
          <div className="pt-2">
            <DnsRecord domain={row} />
          </div>
        </details>
      )}
    </li>
  )
}

function ProofState({ domain: { verified_at, missing_since, checked_at } }: { domain: Domain }) {
  const { t } = useTranslation()
  const ago = (word: string, at: string | null) => (
    <span className="text-muted text-xs">
      {word} <RelativeTime at={at} />
    </span>
  )
  return (
    <p className="flex flex-wrap items-center gap-x-2">
      {!verified_at && (
        <Status tone="medium" icon={Hourglass}>
          {t('sso.domains.is_waiting')}
        </Status>
      )}
      {verified_at && !missing_since && (
        <>
          <Status tone="positive" icon={CircleCheck}>
            {t('sso.domains.is_proven')}
          </Status>
          {ago(t('sso.domains.checked'), checked_at ?? verified_at)}
        </>
      )}
      {verified_at && missing_since && (
        <>
          <Status tone="high" icon={TriangleAlert}>
            {t('sso.domains.is_missing')}
          </Status>
          {ago(t('sso.domains.missing_since'), missing_since)}
        </>
      )}
    </p>
  )
}

function DnsRecord({ domain: { domain, record_name, record_value, verified_at } }: { domain: Domain }) {
  const { t } = useTranslation()
  return (
    <div className="space-y-2">
      <p className="text-muted text-xs">{t(verified_at ? 'sso.domains.record_stays' : 'sso.domains.record_hint')}</p>
      <CopyLines>
        <CopyLine label={t('sso.domains.record_type')} value="TXT" copyLabel={t('sso.domains.copy_type', { domain })} />
        <CopyLine label={t('sso.domains.record_name')} value={record_name} copyLabel={t('sso.domains.copy_name', { domain })} />
        <CopyLine label={t('sso.domains.record_value')} value={record_value} copyLabel={t('sso.domains.copy_value', { domain })} />
      </CopyLines>
    </div>
  )
}

const expected = ['domain_not_proven', 'domain_taken', 'dns_unavailable'] as const

/** What DNS says is an answer and no fault: it is told in the reader's language. */
function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const word = expected.find((one) => one === asProblem(error).word)
  if (!word) return <ProblemNote error={error} className="mt-0" />
  return (
    <p role="alert" className="flex items-start gap-1.5">
      <TriangleAlert className="text-medium mt-0.5 size-4 shrink-0" aria-hidden />
      {t(`sso.domains.refused.${word}`)}
    </p>
  )
}
