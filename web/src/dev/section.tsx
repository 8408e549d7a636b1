import { type ReactNode, useId } from 'react'
import { Card } from '@/ui/card'

export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="space-y-3">
      <h2 id={id} className="text-base font-semibold">
        {title}
      </h2>
      <div className="grid gap-4 xl:grid-cols-2">{children}</div>
    </section>
  )
}

/** One state of one piece, with its name. */
export function State({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <Card className={wide ? 'overflow-hidden xl:col-span-2' : 'overflow-hidden'}>
      <h3 className="text-muted border-border border-b px-4 py-2 font-mono text-xs">{name}</h3>
      <div className="p-4">{children}</div>
    </Card>
  )
}

export function Row({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2">{children}</div>
}
