import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fetchAuthorized } from '@/lib/api'
import { formatBytes, formatNumber } from '@/lib/format'
import { CodeBox } from '@/kit/code-box'
import { Button } from '@/ui/button'
import { Input, TextArea } from '@/ui/input'
import { curlOf } from './curl'
import { exampleOf, type Operation, type Reference } from './document'

type Told = { status: number; statusText: string; tookMs: number; bytes: number; text: string; requestId: string | null }

const shownCharacters = 50_000

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).slice(0, shownCharacters)
  } catch {
    return text.slice(0, shownCharacters)
  }
}

/** What was filled in becomes the address; a parameter that is left empty is not sent. */
function addressOf({ path, parameters }: Operation, values: Record<string, string>): string {
  let address = path
  const query = new URLSearchParams()
  for (const { name, in: place } of parameters) {
    const value = values[name]?.trim()
    if (place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(value || `{${name}}`))
    else if (place === 'query' && value) for (const one of value.split('\n')) query.append(name, one)
  }
  return query.size > 0 ? `${address}?${query}` : address
}

/** Headers that were filled in. */
function headersOf({ parameters, body }: Operation, values: Record<string, string>): Record<string, string> {
  const filled = parameters.flatMap(({ name, in: place }) => {
    const value = values[name]?.trim()
    return place === 'header' && value ? [[name, value] as const] : []
  })
  return { ...(body && { 'Content-Type': 'application/json' }), ...Object.fromEntries(filled) }
}

/** Calls the operation with the session at hand: what comes back, and what goes wrong, is real. */
export function TryIt({ operation, reference }: { operation: Operation; reference: Reference }) {
  const { t } = useTranslation()
  const id = useId()
  const { method, parameters, body } = operation
  const [values, setValues] = useState<Record<string, string>>({})
  const [text, setText] = useState(() => (body ? JSON.stringify(exampleOf(body, reference.schemas), null, 2) : ''))
  const [told, setTold] = useState<Told | null>(null)
  const [busy, setBusy] = useState(false)
  const address = addressOf(operation, values)
  const headers = headersOf(operation, values)
  const curl = curlOf({
    method,
    address: `${location.origin}${address}`,
    headers: { Authorization: 'Bearer TOKEN', ...headers },
    body: body && text,
  })
  const send = async () => {
    setBusy(true)
    const since = performance.now()
    try {
      const reply = await fetchAuthorized(address, { method, headers, ...(body && { body: text }) })
      const answer = await reply.text()
      setTold({
        status: reply.status,
        statusText: reply.statusText,
        tookMs: performance.now() - since,
        bytes: new Blob([answer]).size,
        text: readable(answer),
        requestId: reply.headers.get('x-request-id'),
      })
    } catch {
      setTold({ status: 0, statusText: t('error.network_title'), tookMs: performance.now() - since, bytes: 0, text: '', requestId: null })
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {parameters.length > 0 && (
        <div className="grid gap-2 sm:grid-cols-2">
          {parameters.map(({ name, required }) => (
            <div key={name} className="space-y-1">
              <label htmlFor={`${id}-${name}`} className="text-xs font-medium">
                <code>{name}</code>
                {required && <span className="text-accent-text text-2xs pl-1.5">{t('api_reference.required')}</span>}
              </label>
              <Input
                id={`${id}-${name}`}
                value={values[name] ?? ''}
                required={required}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            </div>
          ))}
        </div>
      )}
      {body && (
        <div className="space-y-1">
          <label htmlFor={`${id}-body`} className="text-xs font-medium">
            {t('api_reference.body')}
          </label>
          <TextArea
            id={`${id}-body`}
            className="min-h-28 font-mono text-xs"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant={method === 'GET' ? 'primary' : 'danger'} busy={busy}>
          {t('api_reference.send', { method })}
        </Button>
        <p className="text-muted min-w-0 flex-1 text-xs">{method === 'GET' ? t('api_reference.reads') : t('api_reference.changes')}</p>
      </div>
      <CodeBox label="curl" copyLabel={t('api_reference.copy_command')} text={curl} />
      <div aria-live="polite">
        {told && (
          <section aria-label={t('api_reference.answer')} className="border-border rounded-md border">
            <p className="border-border flex flex-wrap gap-x-4 border-b px-3 py-1.5 text-xs tabular-nums">
              <strong className={told.status >= 200 && told.status < 400 ? 'text-positive' : 'text-critical'}>
                {told.status} {told.statusText}
              </strong>
              <span>{formatNumber(told.tookMs)} ms</span>
              <span>{formatBytes(told.bytes)}</span>
              {told.requestId && <span className="text-muted font-mono">{told.requestId}</span>}
            </p>
            {told.text && (
              <pre className="thin-scrollbar max-h-96 overflow-auto p-3 text-xs" tabIndex={0} aria-label={t('api_reference.answer')}>
                {told.text}
              </pre>
            )}
          </section>
        )}
      </div>
    </form>
  )
}
