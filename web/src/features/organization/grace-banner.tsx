import { Hourglass } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { RelativeTime } from '@/kit/relative-time'
import { formatDateTime } from '@/lib/format'
import { useCan, useMe } from '@/lib/me'
import { Button } from '@/ui/button'

/** The licence has run out, and everything works on for a while. */
export default function GraceBanner() {
  const { t } = useTranslation()
  const can = useCan()
  const { status, grace_ends_at } = useMe().tenant
  if (status !== 'grace') return null
  return (
    <p
      role="status"
      className="bg-high-soft text-high flex flex-wrap items-center justify-center gap-x-3 gap-y-1 px-4 py-1.5 text-center font-medium"
    >
      <span className="inline-flex items-center gap-2">
        <Hourglass className="size-4 shrink-0" aria-hidden />
        <span>
          {t('settings.organization.grace')}
          {grace_ends_at && (
            <>
              {' '}
              {t('settings.organization.grace_until', { at: formatDateTime(grace_ends_at) })} (<RelativeTime at={grace_ends_at} />)
            </>
          )}
        </span>
      </span>
      {can('settings.tenant.read') && (
        <Button asChild size="small">
          <Link to="/settings/organization">{t('settings.organization.licence')}</Link>
        </Button>
      )}
    </p>
  )
}
