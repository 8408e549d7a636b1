import { useSyncExternalStore } from 'react'

function onConnectivity(notify: () => void): () => void {
  window.addEventListener('online', notify)
  window.addEventListener('offline', notify)
  return () => {
    window.removeEventListener('online', notify)
    window.removeEventListener('offline', notify)
  }
}

export function useOnline(): boolean {
  return useSyncExternalStore(onConnectivity, () => navigator.onLine)
}

export const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)
