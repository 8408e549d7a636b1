import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Frame } from '@/features/authentication/frame'
import { Refusal } from '@/features/authentication/refusal'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { takeToken } from '@/lib/address'
import { answer, api } from '@/lib/api'
import { formatBytes, formatDateTime, formatNumber } from '@/lib/format'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'

/** Where the link of an organization that is leaving leads: nobody can sign in to it any more. */
export function ArchivePage() {
  const { t } = useTranslation()
  const [token] = useState(takeToken)
  const { data, error } = useQuery({
    queryKey: ['archive'],
    queryFn: () => answer(api.exports.archive.open.post({ token: token || 'none' })),
    retry: false,
    meta: { handlesError: true },
  })
  return (
    <Frame
      title={t('archive.title')}
      heading={data ? t('archive.of', { name: data.tenant }) : t('archive.title')}
      subtitle={t('archive.subtitle')}
    >
      {error && <Refusal problem={asProblem(error)} />}
      {data && (
        <div className="space-y-4">
          <DefinitionList>
            <Definition term={t('archive.made')}>{formatDateTime(data.ready_at)}</Definition>
            <Definition term={t('archive.size')}>{formatBytes(data.bytes)}</Definition>
            <Definition term={t('archive.rows')}>{formatNumber(data.rows)}</Definition>
            <Definition term={t('archive.until')}>{formatDateTime(data.expires_at)}</Definition>
          </DefinitionList>
          <Button asChild variant="primary" size="large" className="w-full">
            <a href="/api/v1/exports/archive" download>
              <Download aria-hidden />
              {t('archive.download')}
            </a>
          </Button>
          <p className="text-muted text-xs">{t('archive.hint')}</p>
        </div>
      )}
    </Frame>
  )
}
