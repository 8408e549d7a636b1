import { CloudOff, Lock, SearchX, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { asProblem, type Problem } from '@/lib/problem'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { CopyButton } from './copy-button'

function icon(problem: Problem) {
  if (problem.word === 'network') return CloudOff
  if (problem.status === 403) return Lock
  return problem.status === 404 ? SearchX : TriangleAlert
}

/** Where to go from a page of which nothing is to be had: what went wrong is then its heading. */
export type WayBack = { to: string; label: string }

/** What the server said, its word and the request id, and a way to try again. */
export function ErrorState({ error, onRetry, back }: { error: unknown; onRetry?: () => void; back?: WayBack }) {
  const { t } = useTranslation()
  const tenant = useSession((state) => state.tenant?.name)
  const problem = asProblem(error)
  const Icon = icon(problem)
  const Title = back ? 'h1' : 'p'
  const title = () => {
    if (problem.word === 'network') return t('error.network_title')
    if (problem.status === 403) return t('error.forbidden_title')
    if (problem.status === 404) return t('error.not_found_title')
    return t('error.title')
  }
  const sentence = () => {
    if (problem.word === 'network') return t('error.network')
    return problem.word === 'outdated' ? t('error.outdated') : problem.message
  }
  return (
    <div role="alert" className="flex flex-col items-center justify-center gap-1 px-6 py-14 text-center">
      <span className="bg-critical-soft text-critical mb-3 grid size-11 place-items-center rounded-xl">
        <Icon className="size-5" aria-hidden />
      </span>
      {back && <title>{`${title()} · Monozu Cloud`}</title>}
      <Title className="text-base font-medium">{title()}</Title>
      <p className="text-muted max-w-md text-pretty">{sentence()}</p>
      {problem.status === 403 && <p className="text-muted max-w-md">{t('error.ask_administrator', { tenant: tenant ?? '' })}</p>}
      {problem.status !== 0 && (
        <p className="text-muted mt-2 flex items-center gap-1.5 font-mono text-xs">
          {problem.word}
          {problem.requestId && (
            <>
              <span aria-hidden>·</span>
              {problem.requestId}
              <CopyButton text={problem.requestId} label={t('error.copy_request_id')} />
            </>
          )}
        </p>
      )}
      {onRetry && problem.status !== 404 && (
        <Button className="mt-3" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      )}
      {back && problem.status === 404 && (
        <Button asChild className="mt-3">
          <Link to={back.to}>{back.label}</Link>
        </Button>
      )}
    </div>
  )
}
