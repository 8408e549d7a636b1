import type { ReactNode } from 'react'
import { CopyButton } from '@/kit/copy-button'

export function CopyLines({ children }: { children: ReactNode }) {
  return <dl className="space-y-2">{children}</dl>
}

/** What has to be entered somewhere else, to the letter. */
export function CopyLine({ label, value, copyLabel }: { label: string; value: string; copyLabel: string }) {
  return (
    <div className="grid items-start gap-x-3 gap-y-0.5 sm:grid-cols-[6rem_1fr]">
      <dt className="text-muted pt-1 text-xs">{label}</dt>
      <dd className="flex min-w-0 items-start gap-1">
        <code className="border-border bg-sunken min-w-0 flex-1 rounded-md border px-2 py-1 font-mono text-xs break-all select-all">
          {value}
        </code>
        <CopyButton text={value} label={copyLabel} />
      </dd>
    </div>
  )
}
