import { ChevronRight } from 'lucide-react'
import { type ReactNode, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { later } from '@/lib/later'

// Pages before the sign-in have headers too, and nothing to keep.
const Favourite = later(() => import('./favourite'))

type Crumb = { label: string; to: string }

type PageHeaderProps = {
  title: ReactNode
  documentTitle?: string
  crumbs?: readonly Crumb[]
  description?: ReactNode
  badge?: ReactNode
  children?: ReactNode
}

export function PageHeader({ title, documentTitle, crumbs = [], description, badge, children }: PageHeaderProps) {
  const { t } = useTranslation()
  const name = documentTitle ?? (typeof title === 'string' ? title : null)
  return (
    <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
      {name && <title>{`${name} · Monozu Cloud`}</title>}
      <div className="min-w-0 flex-1 basis-56">
        {crumbs.length > 0 && (
          <nav aria-label={t('shell.breadcrumbs')}>
            <ol className="text-muted mb-0.5 flex flex-wrap items-center gap-1 text-xs">
              {crumbs.map((crumb) => (
                <li key={crumb.to} className="flex items-center gap-1">
                  <Link to={crumb.to} className="hover:text-text rounded-sm hover:underline">
                    {crumb.label}
                  </Link>
                  <ChevronRight className="size-3" aria-hidden />
                </li>
              ))}
            </ol>
          </nav>
        )}
        <div className="flex min-w-0 items-center gap-2.5">
          <h1 className="truncate text-lg leading-7 font-semibold tracking-tight">{title}</h1>
          {badge}
          {name && (
            <Suspense>
              <Favourite title={name} />
            </Suspense>
          )}
        </div>
        {description && <p className="text-muted max-w-prose">{description}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  )
}
