import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import { useSession } from './session'

export type Place = { path: string; title: string }
type Kept = { favourites: readonly Place[]; recent: readonly Place[] }

const recentMost = 6
const nothing: Kept = { favourites: [], recent: [] }

type Places = { byOwner: Record<string, Kept>; visit: (owner: string, place: Place) => void; toggle: (owner: string, place: Place) => void }

/** The pages somebody keeps at hand and was at last; for each person in each organization, in this browser. */
const store = create<Places>()(
  persist(
    (set) => {
      const change = (owner: string, work: (kept: Kept) => Kept) =>
        set(({ byOwner }) => ({ byOwner: { ...byOwner, [owner]: work(byOwner[owner] ?? nothing) } }))
      return {
        byOwner: {},
        visit: (owner, place) =>
          change(owner, (kept) => ({
            ...kept,
            recent: [place, ...kept.recent.filter(({ path }) => path !== place.path)].slice(0, recentMost),
          })),
        toggle: (owner, place) =>
          change(owner, (kept) => {
            const others = kept.favourites.filter(({ path }) => path !== place.path)
            return { ...kept, favourites: others.length < kept.favourites.length ? others : [...others, place] }
          }),
      }
    },
    { name: 'monozu.places' },
  ),
)

export function usePlaces(): Kept & { visit: (place: Place) => void; toggle: (place: Place) => void } {
  const { user, tenant } = useSession()
  const owner = `${tenant?.id ?? ''} ${user?.id ?? ''}`
  const kept = store((state) => state.byOwner[owner] ?? nothing)
  const { visit, toggle } = store.getState()
  return { ...kept, visit: (place) => visit(owner, place), toggle: (place) => toggle(owner, place) }
}
