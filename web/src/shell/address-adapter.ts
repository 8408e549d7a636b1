import { renderQueryString, unstable_createAdapterProvider as createAdapterProvider } from 'nuqs/adapters/custom'
import { useCallback } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'

/**
 * What a page keeps in the address goes through the router: views, favourites and the place are read from there, and the router can hold back a way
 * back only where it made the entry itself. The adapter that nuqs brings makes entries that the router does not tell apart.
 */
function useRouterAdapter() {
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const [searchParams] = useSearchParams()
  const updateUrl = useCallback(
    (search: URLSearchParams, { history }: { history: 'push' | 'replace' }) => {
      // Writing waits a moment: by then another page may be there, which it is nothing to.
      if (location.pathname !== pathname) return
      // Drawn at once: of two changes right after each other the first is never seen after the second.
      const to = { search: renderQueryString(search), hash: location.hash }
      return navigate(to, { replace: history === 'replace', flushSync: true })
    },
    [navigate, pathname],
  )
  return { searchParams, updateUrl }
}

export const AddressAdapter = createAdapterProvider(useRouterAdapter)
