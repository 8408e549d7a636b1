import type { ReactNode } from 'react'

export function KeyboardKey({ children }: { children: ReactNode }) {
  return (
    <kbd className="border-border bg-sunken text-muted inline-grid h-5 min-w-5 place-items-center rounded border px-1 font-sans text-2xs font-medium">
      {children}
    </kbd>
  )
}
