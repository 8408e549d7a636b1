import { create } from 'zustand'

type Panel = 'palette' | 'shortcuts'

/** Which panel of the shell is open over the page. */
export const useShellPanel = create<{ open: Panel | null }>(() => ({ open: null }))

export function openShellPanel(panel: Panel): void {
  useShellPanel.setState({ open: panel })
}

export function closeShellPanel(): void {
  useShellPanel.setState({ open: null })
}
