import {
  type FetchQueryOptions,
  keepPreviousData,
  MutationCache,
  type MutationMeta,
  QueryCache,
  QueryClient,
  type QueryKey,
} from '@tanstack/react-query'
import { i18next } from './i18n'
import type { Page, Watch } from './page'
import { notify } from './notify'
import { asProblem } from './problem'

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: {
      /** Of a list: one page of it, by its cursor. */
      fetchPage?: (cursor: string | undefined) => Promise<Page<{ id: string }>>
      watch?: Watch
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

const patience = 3

const readAnew = (meta: MutationMeta | undefined) =>
  Promise.all((meta?.invalidates ?? []).map((key) => queryClient.invalidateQueries({ queryKey: [key] })))

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      placeholderData: keepPreviousData,
      retry: (failures, error) => {
        const { status } = asProblem(error)
        // Who is asked to wait waits, and asks again.
        if (status === 429) return failures < patience
        return failures < 1 && (status === 0 || status >= 500)
      },
      retryDelay: (_failures, error) => {
        const { status, retryAfterSeconds } = asProblem(error)
        return status === 429 ? (retryAfterSeconds ?? 1) * 1000 : 700
      },
    },
  },
  queryCache: new QueryCache({
    // What was permitted is so no longer: the navigation and the buttons have to know.
    onError: (error, { queryKey }) => {
      if (asProblem(error).status === 403 && queryKey[0] !== 'me') void queryClient.invalidateQueries({ queryKey: ['me'] })
    },
  }),
  mutationCache: new MutationCache({
    onSuccess: (_data, _variables, _context, mutation) => readAnew(mutation.meta),
    onError: (error, _variables, _context, mutation) => {
      const problem = asProblem(error)
      if (problem.status === 403) void queryClient.invalidateQueries({ queryKey: ['me'] })
      // Somebody was quicker: what is shown is what it rested on.
      if (problem.status === 412) void readAnew(mutation.meta)
      if (mutation.meta?.handlesError) return
      notify.error(problem.message || i18next.t('error.network'), {
        description: problem.requestId ? `${problem.word} · ${problem.requestId}` : problem.word,
      })
    },
  }),
})

/** What a query asks for, asked for now, whatever is known of it. */
export const fetchAnew = <Data, Key extends QueryKey>(query: FetchQueryOptions<Data, Error, Data, Key>): Promise<Data> =>
  queryClient.fetchQuery({ ...query, staleTime: 0 })
