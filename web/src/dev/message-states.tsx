import { BellRing, CircleSlash, Server } from 'lucide-react'
import { NoneMatch } from '@/kit/data-table/states'
import { Diff } from '@/kit/diff'
import { EmptyState } from '@/kit/empty-state'
import { ErrorState } from '@/kit/error-state'
import { Timeline } from '@/kit/timeline'
import { Problem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { State } from './section'

const failures: [string, Problem][] = [
  ['no answer', new Problem({ status: 0, word: 'network', detail: '' })],
  ['forbidden', new Problem({ status: 403, word: 'forbidden', detail: 'This needs the permission devices.read', requestId: 'example-4' })],
  ['not found', new Problem({ status: 404, word: 'not_found', detail: 'This device does not exist', requestId: 'example-5' })],
  ['stale', new Problem({ status: 412, word: 'stale', detail: 'It was changed by somebody else in the meantime', requestId: 'example-6' })],
  [
    'too many',
    new Problem({ status: 429, word: 'rate_limited', detail: 'Too many requests', requestId: 'example-7', retryAfterSeconds: 5 }),
  ],
  ['unexpected', new Problem({ status: 500, word: 'internal', detail: 'Something went wrong on our side', requestId: 'example-8' })],
]

export function MessageStates() {
  return (
    <>
      <State name="nothing yet">
        <EmptyState icon={Server} title="No devices yet" description="Add one to see it here.">
          <Button variant="primary">Add a device</Button>
        </EmptyState>
      </State>
      <State name="none match">
        <NoneMatch onClear={() => undefined} />
      </State>
      {failures.map(([name, error]) => (
        <State key={name} name={`failure: ${name}`}>
          <ErrorState error={error} onRetry={() => undefined} />
        </State>
      ))}
      <State name="timeline">
        <Timeline
          label="What happened"
          entries={[
            {
              id: '2',
              icon: CircleSlash,
              at: new Date(Date.now() - 60_000).toISOString(),
              title: 'Ada closed it: Benign',
              body: 'A planned scan.',
            },
            { id: '1', icon: BellRing, at: new Date(Date.now() - 3_600_000).toISOString(), title: 'Raised by edge-1' },
          ]}
        />
      </State>
      <State name="difference">
        <Diff
          before={{ name: 'edge-1', groups: ['Admin', 'Night'], location: null }}
          after={{ name: 'edge-2', groups: ['Admin', 'Day'], location: 'Hall 7' }}
        />
      </State>
      <State name="difference: nothing recorded">
        <Diff before={null} after={null} />
      </State>
    </>
  )
}
