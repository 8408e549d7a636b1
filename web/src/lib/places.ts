import { type Kept, type Place, keptPlaces, nothing } from './kept-places'
import { useSession } from './session'

export type { Place }

type Change = { visit: (place: Place) => void; toggle: (place: Place) => void; keep: (favourites: readonly Place[]) => void }

/** Favourites and where somebody was last, in the organization he is in. */
export function usePlaces(): Kept & Change {
  const { user, tenant } = useSession()
  const owner = `${tenant?.id ?? ''} ${user?.id ?? ''}`
  const kept = keptPlaces((state) => state.byOwner[owner] ?? nothing)
  const { visit, toggle, keep } = keptPlaces.getState()
  return {
    ...kept,
    visit: (place) => visit(owner, place),
    toggle: (place) => toggle(owner, place),
    keep: (favourites) => keep(owner, favourites),
  }
}
