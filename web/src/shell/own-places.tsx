import { History, Star } from 'lucide-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type Place, usePlaces } from '@/lib/places'

/** Favourites, and where one was last. */
export function OwnPlaces({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useTranslation()
  const { favourites, recent } = usePlaces()
  const others = recent.filter(({ path }) => !favourites.some((place) => place.path === path))
  return (
    <div className="thin-scrollbar min-h-0 flex-1 overflow-y-auto px-2 pb-3">
      <Section title={t('places.favourites')} icon={Star} places={favourites} onNavigate={onNavigate} />
      <Section title={t('places.recent')} icon={History} places={others} onNavigate={onNavigate} />
    </div>
  )
}

type SectionProps = { title: string; icon: typeof Star; places: readonly Place[]; onNavigate?: () => void }

function Section({ title, icon: Icon, places, onNavigate }: SectionProps) {
  const id = useId()
  if (places.length === 0) return null
  return (
    <nav aria-labelledby={id} className="pt-4">
      <h2 id={id} className="text-muted px-2.5 pb-1 text-xs font-medium">
        {title}
      </h2>
      <ul>
        {places.map(({ path, title: name }) => (
          <li key={path}>
            <Link
              to={path}
              onClick={onNavigate}
              title={name}
              className="text-muted hover:bg-hover hover:text-text flex h-7 items-center gap-2.5 rounded-md px-2.5 transition-colors"
            >
              <Icon className="size-3.5 shrink-0" aria-hidden />
              <span className="truncate">{name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
