import { create } from 'zustand'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const storageKey = 'monozu.theme'
const prefersDark = matchMedia('(prefers-color-scheme: dark)')

function stored(): Theme {
  const value = localStorage.getItem(storageKey)
  return themes.find((theme) => theme === value) ?? 'system'
}

function resolved(choice: Theme): 'light' | 'dark' {
  if (choice !== 'system') return choice
  return prefersDark.matches ? 'dark' : 'light'
}

export const useTheme = create<{ choice: Theme; resolved: 'light' | 'dark' }>(() => ({ choice: stored(), resolved: resolved(stored()) }))

function apply(choice: Theme): void {
  document.documentElement.dataset['theme'] = resolved(choice)
  useTheme.setState({ choice, resolved: resolved(choice) })
}

export function chooseTheme(choice: Theme): void {
  localStorage.setItem(storageKey, choice)
  apply(choice)
}

prefersDark.addEventListener('change', () => apply(useTheme.getState().choice))
window.addEventListener('storage', (event) => {
  if (event.key === storageKey) apply(stored())
})
