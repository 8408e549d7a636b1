import { classNames } from '@/lib/class-names'

const looks: Record<string, string> = {
  GET: 'bg-low-soft text-low',
  POST: 'bg-positive-soft text-positive',
  PUT: 'bg-medium-soft text-medium',
  PATCH: 'bg-medium-soft text-medium',
  DELETE: 'bg-critical-soft text-critical',
}

export function Method({ name }: { name: string }) {
  return (
    <span
      className={classNames('w-14 shrink-0 rounded px-1 text-center font-mono text-2xs leading-5 font-semibold', looks[name] ?? 'bg-hover')}
    >
      {name}
    </span>
  )
}
