import { useQuery } from '@tanstack/react-query'
import { ExternalLink, SearchX } from 'lucide-react'
import { parseAsString, useQueryStates } from 'nuqs'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { EmptyState } from '@/kit/empty-state'
import { SearchFilter } from '@/kit/filters'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { classNames } from '@/lib/class-names'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'
import { matches, type Operation, type Reference, referenceQuery } from './document'
import { Method } from './method'
import { OperationView, schemeName } from './operation-view'
import { Said } from './said'

/** The API as the server describes it, to be read and tried in place. */
export function ReferencePage() {
  const { t } = useTranslation()
  const query = useQuery(referenceQuery)
  return (
    <div className="flex h-full min-h-160 flex-col gap-3">
      <PageHeader title={t('nav.api')} description={t('api_reference.description')}>
        <Button asChild>
          <a href="/api/docs/json" target="_blank" rel="noreferrer">
            <ExternalLink aria-hidden />
            OpenAPI
          </a>
        </Button>
      </PageHeader>
      <Loaded query={query} skeleton={<Skeleton className="min-h-0 flex-1" />}>
        {(reference) => <Found reference={reference} />}
      </Loaded>
    </div>
  )
}

function Found({ reference }: { reference: Reference }) {
  const { t } = useTranslation()
  const [{ search, op }, set] = useQueryStates({ search: parseAsString.withDefault(''), op: parseAsString })
  const shown = search ? reference.operations.filter((operation) => matches(operation, search)) : reference.operations
  const operation = reference.operations.find(({ id }) => id === op)
  return (
    <div className="grid min-h-0 flex-1 grid-cols-1 gap-4 lg:grid-cols-[22rem_minmax(0,1fr)]">
      <div className={classNames('flex min-h-0 flex-col gap-2', operation && 'max-lg:hidden')}>
        <div className="[&>div]:w-full">
          <SearchFilter value={search} onChange={(text) => void set({ search: text || null })} label={t('api_reference.search')} />
        </div>
        <Card className="thin-scrollbar min-h-0 flex-1 overflow-y-auto">
          <Operations operations={shown} current={op} />
        </Card>
      </div>
      <div className="thin-scrollbar min-h-0 lg:overflow-y-auto">
        {operation ? (
          <>
            <Button variant="link" className="mb-2 lg:hidden" onClick={() => void set({ op: null })}>
              {t('api_reference.all')}
            </Button>
            <OperationView key={operation.id} operation={operation} reference={reference} />
          </>
        ) : (
          <Schemes reference={reference} />
        )}
      </div>
    </div>
  )
}

function Operations({ operations, current }: { operations: readonly Operation[]; current: string | null }) {
  const { t } = useTranslation()
  const { search } = useLocation()
  const to = (id: string) => {
    const next = new URLSearchParams(search)
    next.set('op', id)
    return `/api-reference?${next}`
  }
  if (operations.length === 0) return <EmptyState icon={SearchX} title={t('palette.nothing')} />
  return (
    <nav aria-label={t('api_reference.operations')}>
      {[...Map.groupBy(operations, ({ tag }) => tag)].map(([tag, some]) => (
        <section key={tag} aria-label={tag}>
          <h2 className="bg-sunken text-muted border-border sticky top-0 border-b px-3 py-1 text-xs font-medium">{tag}</h2>
          <ul className="py-1">
            {some.map(({ id, method, summary, path }) => (
              <li key={id}>
                <Link
                  to={to(id)}
                  aria-current={id === current ? 'page' : undefined}
                  title={path}
                  className={classNames(
                    'hover:bg-hover flex items-baseline gap-2 px-3 py-1 -outline-offset-2!',
                    id === current && 'bg-accent-soft text-accent-text font-medium',
                  )}
                >
                  <Method name={method} />
                  <span className="min-w-0 text-pretty">{summary}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}

/** Who may call, and with what: what every operation rests on. */
function Schemes({ reference }: { reference: Reference }) {
  const { t } = useTranslation()
  return (
    <Card>
      <CardHeader title={t('api_reference.schemes')} description={t('api_reference.schemes_hint')} />
      <dl className="divide-border border-border divide-y border-t">
        {Object.entries(reference.schemes).map(([key, scheme]) => (
          <div key={key} className="px-4 py-2.5">
            <dt className="font-medium">{schemeName(t, key)}</dt>
            <dd className="text-muted text-xs">
              <code>{scheme.type === 'http' ? 'Authorization: Bearer …' : `${scheme.name}: …`}</code>
              {scheme.description && (
                <span className="block pt-0.5">
                  <Said>{scheme.description}</Said>
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-muted border-border border-t px-4 py-2.5 text-xs">{t('api_reference.problems')}</p>
    </Card>
  )
}
