import { keepPreviousData, MutationCache, QueryClient } from '@tanstack/react-query'
import { i18next } from './i18n'
import type { Page } from './list'
import { notify } from './notify'
import { asProblem } from './problem'

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: {
      /** Of a list: one page of it, by its cursor. */
      fetchPage?: (cursor: string | undefined) => Promise<Page<{ id: string }>>
      /** The caller shows the failure itself. */
      handlesError?: boolean
    }
    mutationMeta: {
      /** First keys of the queries that this change makes stale. */
      invalidates?: readonly string[]
      /** The caller shows the failure itself. */
      handlesError?: boolean
    }
  }
}

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      placeholderData: keepPreviousData,
      retry: (failures, error) => {
        const { status } = asProblem(error)
        return failures < 1 && (status === 0 || status >= 500)
      },
      retryDelay: 700,
    },
  },
  mutationCache: new MutationCache({
    onSuccess: (_data, _variables, _context, mutation) =>
      Promise.all((mutation.meta?.invalidates ?? []).map((key) => queryClient.invalidateQueries({ queryKey: [key] }))),
    onError: (error, _variables, _context, mutation) => {
      if (mutation.meta?.handlesError) return
      const problem = asProblem(error)
      notify.error(problem.message || i18next.t('error.network'), {
        description: problem.requestId ? `${problem.word} · ${problem.requestId}` : problem.word,
      })
    },
  }),
})
