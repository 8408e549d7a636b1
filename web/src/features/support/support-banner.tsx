import { useQuery } from '@tanstack/react-query'
import { LifeBuoy } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatDateTime } from '@/lib/format'
import { useCan } from '@/lib/me'
import { endSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { activeQuery, leaveSupport } from './queries'

/** While somebody of the platform can see this organization, everybody in it can see that. */
export default function SupportBanner() {
  const { t } = useTranslation()
  const can = useCan()
  const items = useQuery(activeQuery).data?.items ?? []
  const leave = () => void leaveSupport().finally(endSession)
  return (
    <div role="status">
      {items.map(({ id, staff_name, mode, expires_at, is_own }) => (
        <p
          key={id}
          className="bg-medium-soft text-medium flex flex-wrap items-center justify-center gap-x-3 gap-y-1 px-4 py-1.5 text-center font-medium"
        >
          <span className="inline-flex items-center gap-2">
            <LifeBuoy className="size-4 shrink-0" aria-hidden />
            {t(is_own ? 'support.banner.own' : 'support.banner.other', {
              name: staff_name,
              mode: t(`support.mode.${mode}`),
              until: formatDateTime(expires_at),
            })}
          </span>
          {is_own ? (
            <Button size="small" onClick={leave}>
              {t('support.leave')}
            </Button>
          ) : (
            can('settings.security.update') && (
              <Button asChild size="small">
                <Link to="/settings/support">{t('support.manage')}</Link>
              </Button>
            )
          )}
        </p>
      ))}
    </div>
  )
}
