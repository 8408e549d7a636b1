import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'
import { ownPreferencesQuery, useChangePreferences } from '@/lib/own-preferences'
import { usePlaces } from '@/lib/places'

/** Favourites are the same in every browser: what the server keeps is shown, and what is chosen here is kept there. */
export default function FavouriteKeeper() {
  const { data: kept } = useQuery(ownPreferencesQuery)
  const { mutate } = useChangePreferences()
  const { favourites, keep } = usePlaces()
  const show = useEffectEvent(() => {
    if (kept) keep(kept.favourites)
  })
  const tell = useEffectEvent(() => {
    if (kept && favourites !== kept.favourites) mutate({ favourites: [...favourites] }, { onError: () => show() })
  })
  useEffect(() => show(), [kept])
  useEffect(() => tell(), [favourites])
  return null
}
