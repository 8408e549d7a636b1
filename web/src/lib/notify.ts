import { create } from 'zustand'

type Options = { description?: string; action?: { label: string; onClick: () => void } }

/** What can be taken back is there for as long as it takes to see that one wants to. */
const actionMs = 10_000

/** Becomes true with the first notification: what shows them is not part of the first view. */
export const useNotifications = create<{ wanted: boolean }>(() => ({ wanted: false }))

let toasterIsThere: () => void
const toaster = new Promise<void>((resolve) => {
  toasterIsThere = resolve
})

export function announceToaster(): void {
  toasterIsThere()
}

async function show(kind: 'success' | 'error', message: string, options?: Options): Promise<void> {
  useNotifications.setState({ wanted: true })
  const [{ toast }] = await Promise.all([import('sonner'), toaster])
  toast[kind](message, { ...options, ...(options?.action && { duration: actionMs }) })
}

export const notify = {
  success: (message: string, options?: Options) => void show('success', message, options),
  error: (message: string, options?: Options) => void show('error', message, options),
}
