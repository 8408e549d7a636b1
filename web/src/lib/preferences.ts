import { create } from 'zustand'
import { persist } from 'zustand/middleware'

export const densities = ['dense', 'relaxed'] as const
export type Density = (typeof densities)[number]

type Preferences = {
  density: Density
  setDensity: (density: Density) => void
  /** When the newest alert was made that somebody has looked at (ISO 8601). */
  newsSeenAt: string
  setNewsSeenAt: (at: string) => void
}

/** What a person chose for this browser; nothing that a link should carry. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      density: 'dense',
      setDensity: (density) => set({ density }),
      newsSeenAt: '',
      setNewsSeenAt: (newsSeenAt) => set({ newsSeenAt }),
    }),
    { name: 'monozu.preferences' },
  ),
)
