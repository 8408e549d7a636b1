import { Loaded } from '@/kit/loaded'
import { RateLimited } from '@/kit/rate-limited'
import { Skeleton } from '@/ui/skeleton'
import { refusal } from './refusal'
import { State } from './section'

const query = { data: undefined as string | undefined, error: null, failureReason: null, refetch: () => Promise.reject(refusal) }

/** What stands where something is still to come. */
export function WaitingStates() {
  return (
    <>
      {(['fetching', 'paused', 'idle'] as const).map((fetchStatus) => (
        <State key={fetchStatus} name={`waiting: ${fetchStatus}`}>
          <Loaded query={{ ...query, fetchStatus }} skeleton={<Skeleton className="h-20" />}>
            {(data) => data}
          </Loaded>
        </State>
      ))}
      <State name="loaded">
        <Loaded query={{ ...query, data: 'What was asked for.' }}>{(data) => <p>{data}</p>}</Loaded>
      </State>
      <State name="told to wait">
        <RateLimited seconds={90} />
      </State>
    </>
  )
}
