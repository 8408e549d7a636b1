import type { ReactNode } from 'react'

/** A page whose list fills the height that is left, so that only its rows scroll. */
export function ListPage({ header, filters, children }: { header: ReactNode; filters?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex h-full min-h-112 flex-col gap-3">
      {header}
      {filters}
      <div className="border-border bg-surface shadow-raised relative flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border">
        {children}
      </div>
    </div>
  )
}
