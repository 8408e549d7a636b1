import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { RelativeTime } from './relative-time'

export type TimelineEntry = { id: string; icon: LucideIcon; at: string; title: ReactNode; body?: ReactNode }

/** What happened, one after the other: who did what and when, and what he said of it. */
export function Timeline({ label, entries }: { label: string; entries: readonly TimelineEntry[] }) {
  return (
    <ol aria-label={label}>
      {entries.map(({ id, icon: Icon, at, title, body }, index) => (
        <li key={id} className="relative flex gap-3 pb-4 last:pb-0">
          {index < entries.length - 1 && <span className="bg-border absolute top-6 bottom-0 left-3 w-px" aria-hidden />}
          <span className="border-border bg-surface text-muted relative grid size-6 shrink-0 place-items-center rounded-full border">
            <Icon className="size-3.5" aria-hidden />
          </span>
          <div className="min-w-0 flex-1 space-y-1 pt-0.5">
            <p className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span className="min-w-0 break-words">{title}</span>
              <span className="text-muted text-xs whitespace-nowrap">
                <RelativeTime at={at} />
              </span>
            </p>
            {body && <div className="bg-sunken rounded-md px-3 py-2 break-words whitespace-pre-wrap">{body}</div>}
          </div>
        </li>
      ))}
    </ol>
  )
}
