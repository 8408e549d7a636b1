import { create } from 'zustand'
import { persist } from 'zustand/middleware'

export const densities = ['dense', 'relaxed'] as const
export type Density = (typeof densities)[number]

/** What a person chose for this browser; nothing that a link should carry. */
export const usePreferences = create<{ density: Density; setDensity: (density: Density) => void }>()(
  persist((set) => ({ density: 'dense', setDensity: (density) => set({ density }) }), { name: 'monozu.preferences' }),
)
