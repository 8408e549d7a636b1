import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Skeleton } from '@/ui/skeleton'
import { ErrorState } from './error-state'

type LoadedProps<Data> = {
  query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch'>
  skeleton?: ReactNode
  children: (data: Data) => ReactNode
}

/** The three states of one query: a skeleton, what went wrong, or the data. */
export function Loaded<Data>({ query, skeleton, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  return skeleton ?? <Skeleton className="h-40" />
}
