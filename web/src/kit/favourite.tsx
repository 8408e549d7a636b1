import { Star } from 'lucide-react'
import { useEffect, useEffectEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { classNames } from '@/lib/class-names'
import { usePlaces } from '@/lib/places'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'

/** Parts of an address that say what is open on a page, not which page it is. */
const passing = ['add', 'alert', 'user', 'member', 'entry', 'tab']

/** Keeps the page at hand, as it is filtered; and notes that one was there. */
export default function Favourite({ title }: { title: string }) {
  const signedIn = useSession((state) => state.status === 'signed_in')
  return signedIn ? <FavouriteButton title={title} /> : null
}

function FavouriteButton({ title }: { title: string }) {
  const { t } = useTranslation()
  const { pathname, search } = useLocation()
  const { favourites, visit, toggle } = usePlaces()
  const kept = new URLSearchParams(search)
  for (const name of passing) kept.delete(name)
  const path = kept.size > 0 ? `${pathname}?${kept}` : pathname
  const chosen = favourites.some((place) => place.path === path)
  const note = useEffectEvent(() => visit({ path: pathname, title }))
  useEffect(() => {
    // What the navigation shows anyway need not be remembered.
    if (pathname.split('/').length > 2) note()
  }, [pathname, title])
  const label = chosen ? t('places.remove') : t('places.add')
  return (
    <Button variant="quiet" size="iconSmall" aria-pressed={chosen} aria-label={label} title={label} onClick={() => toggle({ path, title })}>
      <Star className={classNames(chosen && 'fill-current text-medium')} aria-hidden />
    </Button>
  )
}
