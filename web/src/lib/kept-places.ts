import { create } from 'zustand'
import { persist } from 'zustand/middleware'

export type Place = { path: string; title: string }
export type Kept = {
  favourites: readonly Place[]
  recent: readonly Place[]
  /** Of favourites: what was added or removed here and the server was not told yet. */
  untold: readonly Place[]
}

const recentMost = 6
export const nothing: Kept = { favourites: [], recent: [], untold: [] }

type Places = {
  byOwner: Record<string, Kept>
  visit: (owner: string, place: Place) => void
  toggle: (owner: string, place: Place) => void
  keep: (owner: string, favourites: readonly Place[]) => void
}

/** With the place, or without it where it was among them. */
export function toggledIn(places: readonly Place[], place: Place): readonly Place[] {
  const others = places.filter(({ path }) => path !== place.path)
  return others.length < places.length ? others : [...places, place]
}

/** The pages somebody keeps at hand and was at last; for each person in each organization, in this browser, until the session ends. */
export const keptPlaces = create<Places>()(
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
          change(owner, (kept) => ({
            ...kept,
            favourites: toggledIn(kept.favourites, place),
            untold: toggledIn(kept.untold, place),
          })),
        keep: (owner, favourites) => change(owner, (kept) => ({ ...kept, favourites, untold: nothing.untold })),
      }
    },
    {
      name: 'monozu.places',
      version: 1,
      // Before the server kept favourites they were here alone.
      migrate: (before) => ({
        byOwner: Object.fromEntries(
          Object.entries((before as Places).byOwner).map(([owner, kept]) => [owner, { ...kept, untold: kept.favourites }]),
        ),
      }),
    },
  ),
)

/** Their names are of the organization: nothing of them stays behind (ASVS 5.0.0-14.3.1). */
export function forgetPlaces(): void {
  keptPlaces.setState({ byOwner: {} })
  keptPlaces.persist.clearStorage()
}
