import { Compass } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { EmptyState } from '@/kit/empty-state'
import { PageHeader } from '@/kit/page-header'
import { Button } from '@/ui/button'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <div className="grid h-full place-items-center">
      <div>
        <div className="sr-only">
          <PageHeader title={t('not_found.title')} />
        </div>
        <EmptyState icon={Compass} title={t('not_found.title')} description={t('not_found.description')}>
          <Button asChild variant="primary">
            <Link to="/">{t('not_found.home')}</Link>
          </Button>
        </EmptyState>
      </div>
    </div>
  )
}
