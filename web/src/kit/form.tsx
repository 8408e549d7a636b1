import { CircleAlert } from 'lucide-react'
import { type ReactNode, useId, useRef } from 'react'
import { flushSync } from 'react-dom'
import { type DefaultValues, type FieldValues, type Path, useForm, type UseFormReturn } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { useBegun } from '@/lib/begun'
import { classNames } from '@/lib/class-names'
import { asProblem, type Problem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { RateLimited } from './rate-limited'

export type ServerForm<Values extends FieldValues> = UseFormReturn<Values> & {
  send: (event?: React.BaseSyntheticEvent) => Promise<void>
  problem: Problem | null
}

/** A form whose refusals land on the fields that the server names; what names no field is shown above the buttons. */
export function useServerForm<Values extends FieldValues>(options: {
  defaultValues: DefaultValues<Values>
  submit: (values: Values) => Promise<unknown>
}): ServerForm<Values> {
  const form = useForm<Values>({ defaultValues: options.defaultValues })
  const element = useRef<HTMLElement | null>(null)
  const submit = form.handleSubmit(async (values) => {
    try {
      await options.submit(values)
    } catch (error) {
      // At once: what is not marked yet cannot be found.
      flushSync(() => land(form, asProblem(error), Object.keys(values)))
      // In the order of the page, and also where a field is no plain input.
      const first = element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')
      first?.focus()
      // What is wrong with it is written below, where the buttons of a dialog would hide it.
      first?.scrollIntoView({ block: 'center' })
    }
  })
  const send = (event?: React.BaseSyntheticEvent) => {
    // A refusal on a field that no input is registered for would otherwise hold back every further attempt.
    element.current = event?.target instanceof HTMLElement ? event.target : null
    form.clearErrors()
    return submit(event)
  }
  const root: { problem?: Problem } | undefined = form.formState.errors.root?.['server'] as { problem?: Problem } | undefined
  return { ...form, formState: form.formState, send, problem: root?.problem ?? null }
}

function land<Values extends FieldValues>(form: UseFormReturn<Values>, problem: Problem, names: string[]): void {
  let landed = 0
  for (const { path, message } of problem.errors) {
    const name = path.replace(/^\//, '').replaceAll('/', '.')
    if (!names.includes(name.split('.')[0] ?? '')) continue
    form.setError(name as Path<Values>, { type: 'server', message })
    landed += 1
  }
  if (landed > 0 && landed === problem.errors.length) return
  form.setError('root.server', { type: 'server', message: problem.message, problem } as Parameters<typeof form.setError>[1])
}

type FormProps<Values extends FieldValues> = { form: ServerForm<Values>; className?: string; children: ReactNode }

/** Where the fields of a form stand: what was typed there is not lost without a question. */
export function Form<Values extends FieldValues>({ form, className, children }: FormProps<Values>) {
  const { isDirty, isSubmitting, dirtyFields } = form.formState
  useBegun(isDirty && !isSubmitting ? Object.keys(dirtyFields).length : 0)
  return (
    <form onSubmit={(event) => void form.send(event)} noValidate className={className}>
      {children}
    </form>
  )
}

/** Of what is there already: where nothing is changed there is nothing to save. */
export function SaveButton({ form }: { form: { formState: { isDirty: boolean; isSubmitting: boolean } } }) {
  const { t } = useTranslation()
  const { isDirty, isSubmitting } = form.formState
  return (
    <Button type="submit" variant="primary" disabled={!isDirty} busy={isSubmitting}>
      {t('action.save')}
    </Button>
  )
}

type FieldControl = {
  id: string
  'aria-invalid': boolean | undefined
  'aria-describedby': string | undefined
  'aria-required': boolean | undefined
}
type FieldProps = {
  label: ReactNode
  hint?: ReactNode
  error?: string
  required?: boolean
  className?: string
  children: (control: FieldControl) => ReactNode
}

export function Field({ label, hint, error, required, className, children }: FieldProps) {
  const { t } = useTranslation()
  const id = useId()
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ')
  return (
    <div className={classNames('space-y-1', className)}>
      <label htmlFor={id} className="flex items-baseline gap-1.5 font-medium">
        {label}
        {!required && <span className="text-muted text-xs font-normal">{t('form.optional')}</span>}
      </label>
      {children({
        id,
        'aria-invalid': error ? true : undefined,
        'aria-describedby': described || undefined,
        'aria-required': required || undefined,
      })}
      {error && (
        <p id={`${id}-error`} className="text-critical flex items-center gap-1 text-xs">
          <CircleAlert className="size-3.5 shrink-0" aria-hidden />
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-muted text-xs">
          {hint}
        </p>
      )}
    </div>
  )
}

/** What the server refused, in a line of a form. */
export function ProblemNote({ error, className }: { error: unknown; className?: string }) {
  const { t } = useTranslation()
  const problem = asProblem(error)
  if (problem.status === 429)
    return <RateLimited key={problem.requestId} seconds={problem.retryAfterSeconds ?? 60} className={classNames('mt-3', className)} />
  return (
    <div role="alert" className={classNames('bg-critical-soft text-critical mt-3 flex items-start gap-2 rounded-md px-3 py-2', className)}>
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0">
        <p>{problem.status === 0 ? t('error.network') : problem.message}</p>
        {problem.errors.map((entry) => (
          <p key={entry.path}>
            {entry.path}: {entry.message}
          </p>
        ))}
        {problem.requestId && (
          <p className="font-mono text-2xs break-all">
            {problem.word} · {problem.requestId}
          </p>
        )}
      </div>
    </div>
  )
}
