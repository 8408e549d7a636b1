import type { ReactNode } from 'react'
import { LanguageMenu, ThemeMenu } from '@/shell/lazy-menu'
import { Logo } from '@/shell/logo'

type FrameProps = { title: string; heading: string; subtitle?: string; children: ReactNode }

/** What surrounds the forms of those who are not signed in. */
export function Frame({ title, heading, subtitle, children }: FrameProps) {
  return (
    <div className="relative flex min-h-full flex-col overflow-hidden">
      <title>{`${title} · Monozu Cloud`}</title>
      <div
        aria-hidden
        className="from-accent/14 pointer-events-none absolute -top-72 left-1/2 size-176 -translate-x-1/2 rounded-full bg-radial to-transparent to-70%"
      />
      <div className="relative flex justify-end gap-1 p-3">
        <LanguageMenu />
        <ThemeMenu />
      </div>
      <main className="relative flex flex-1 flex-col items-center justify-center px-4 pb-24">
        <Logo className="mb-5 size-12" />
        <h1 className="text-xl font-semibold tracking-tight text-balance">{heading}</h1>
        <p className="text-muted mt-1 mb-6 text-center text-base text-balance">{subtitle}</p>
        <div className="border-border bg-surface shadow-floating w-full max-w-sm rounded-xl border p-6">{children}</div>
      </main>
    </div>
  )
}
