import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'
import { toggledIn } from '@/lib/kept-places'
import { ownPreferencesQuery, useChangePreferences } from '@/lib/own-preferences'
import { usePlaces } from '@/lib/places'

/** Favourites are the same in every browser: what the server keeps is shown, and what is chosen here, also before it answered, is kept there. */
export default function FavouriteKeeper() {
  const client = useQueryClient()
  const { data: kept } = useQuery(ownPreferencesQuery)
  const { mutate } = useChangePreferences()
  const { untold, keep } = usePlaces()
  const settle = useEffectEvent(() => {
    if (!kept) return
    const favourites = untold.reduce(toggledIn, kept.favourites)
    keep(favourites)
    if (untold.length === 0) return
    client.setQueryData(ownPreferencesQuery.queryKey, { ...kept, favourites: [...favourites] })
    mutate({ favourites: [...favourites] }, { onError: () => void client.invalidateQueries(ownPreferencesQuery) })
  })
  useEffect(() => settle(), [kept, untold])
  return null
}
