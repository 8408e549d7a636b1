import { classNames } from '@/lib/class-names'

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={classNames('bg-hover skeleton-delayed rounded-md', className)} />
}
