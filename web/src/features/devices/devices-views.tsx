import { List, Map as MapIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { classNames } from '@/lib/class-names'
import { useCan } from '@/lib/me'

const views = [
  { name: 'list', to: '/devices', icon: List },
  { name: 'map', to: '/devices/map', icon: MapIcon },
] as const

/** The same devices as a list or where they are. */
export function DevicesViews({ current }: { current: (typeof views)[number]['name'] }) {
  const { t } = useTranslation()
  const can = useCan()
  if (!can('org_units.read')) return null
  return (
    <nav aria-label={t('map.views')} className="border-border bg-surface shadow-raised inline-flex rounded-md border p-0.5">
      {views.map(({ name, to, icon: Icon }) => (
        <Link
          key={name}
          to={to}
          aria-current={name === current ? 'page' : undefined}
          className={classNames(
            'text-muted hover:text-text inline-flex h-6.5 items-center gap-1.5 rounded px-2 text-xs font-medium',
            name === current && 'bg-accent-soft text-accent-text',
          )}
        >
          <Icon className="size-3.5" aria-hidden />
          {t(`map.view.${name}`)}
        </Link>
      ))}
    </nav>
  )
}
