import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { asProblem } from '@/lib/problem'
import { Skeleton } from '@/ui/skeleton'
import { ErrorState, type WayBack } from './error-state'
import { Waiting } from './waiting'

type LoadedProps<Data> = {
  query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch'> & Partial<Pick<UseQueryResult<Data>, 'fetchStatus' | 'failureReason'>>
  skeleton?: ReactNode
  /** From what is not there any more, or never was. */
  back?: WayBack
  children: (data: Data) => ReactNode
}

/** What was shown is shown no longer: the permission is gone, or the thing itself. */
export const isWithdrawn = (error: unknown) => error !== null && [403, 404].includes(asProblem(error).status)

/** The three states of one query: a skeleton, what went wrong, or the data. */
export function Loaded<Data>({ query, skeleton, back, children }: LoadedProps<Data>) {
  if (query.data !== undefined && !isWithdrawn(query.error)) return children(query.data)
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} back={back} />
  return <Waiting query={query}>{skeleton ?? <Skeleton className="h-40" />}</Waiting>
}
