import { classNames } from '@/lib/class-names'

export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={classNames('size-7', className)} aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M8 22V11.5a1.5 1.5 0 0 1 2.6-1l5.4 6 5.4-6a1.5 1.5 0 0 1 2.6 1V22"
        fill="none"
        className="stroke-accent-contrast"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="22" r="1.9" className="fill-accent-contrast" />
    </svg>
  )
}
