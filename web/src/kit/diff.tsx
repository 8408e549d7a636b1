import { Minus, Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'

type Values = Record<string, unknown>

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—'
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

function same(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value)
}

/** What a change did, field by field; of lists only what came and what went. */
export function Diff({ before, after }: { before: Values | null; after: Values | null }) {
  const { t } = useTranslation()
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const changed = fields.filter((field) => !same(before?.[field], after?.[field]))
  if (changed.length === 0) return <p className="text-muted">{t('diff.nothing')}</p>
  return (
    <dl className="border-border divide-border divide-y overflow-hidden rounded-md border">
      {changed.map((field) => (
        <div key={field} className="grid gap-1 px-3 py-2">
          <dt className="text-muted font-mono text-xs">{field}</dt>
          <dd className="grid gap-1">
            <Change
              before={before?.[field]}
              after={after?.[field]}
              hadBefore={before !== null && field in before}
              hasAfter={after !== null && field in after}
            />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Change({ before, after, hadBefore, hasAfter }: { before: unknown; after: unknown; hadBefore: boolean; hasAfter: boolean }) {
  if (isList(before) && isList(after)) {
    const gone = before.filter((entry) => !after.some((other) => same(entry, other)))
    const come = after.filter((entry) => !before.some((other) => same(entry, other)))
    return (
      <>
        {gone.map((entry) => (
          <Line key={`gone ${show(entry)}`} kind="before" text={show(entry)} />
        ))}
        {come.map((entry) => (
          <Line key={`come ${show(entry)}`} kind="after" text={show(entry)} />
        ))}
      </>
    )
  }
  return (
    <>
      {hadBefore && <Line kind="before" text={show(before)} />}
      {hasAfter && <Line kind="after" text={show(after)} />}
    </>
  )
}

function Line({ kind, text }: { kind: 'before' | 'after'; text: string }) {
  const { t } = useTranslation()
  const Icon = kind === 'before' ? Minus : Plus
  return (
    <div
      className={`flex items-start gap-2 rounded px-2 py-0.5 ${kind === 'before' ? 'bg-critical-soft text-critical' : 'bg-positive-soft text-positive'}`}
    >
      <Icon className="mt-1 size-3 shrink-0" aria-label={t(`diff.${kind}`)} role="img" />
      <span className="min-w-0 font-mono text-xs leading-5 break-words whitespace-pre-wrap">{text}</span>
    </div>
  )
}
