import type { ReactNode } from 'react'

export function DefinitionList({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-4 max-sm:grid-cols-[minmax(7rem,10rem)_1fr] gap-y-2">{children}</dl>
}

export function Definition({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{term}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  )
}
