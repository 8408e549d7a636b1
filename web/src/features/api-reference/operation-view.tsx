import type { TFunction } from 'i18next'
import { Lock, LockOpen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { CodeBox } from '@/kit/code-box'
import { CopyButton } from '@/kit/copy-button'
import { Card, CardHeader } from '@/ui/card'
import { curlOf } from './curl'
import { exampleOf, type Operation, type Reference } from './document'
import { Method } from './method'
import { Problems } from './problems'
import { Said } from './said'
import { SchemaView } from './schema-view'
import { TryIt } from './try-it'

/** What the session of a browser can call; the others take keys that it does not have. */
const callable = ({ schemes, isSocket }: Operation) => !isSocket && (schemes.length === 0 || schemes.includes('bearer'))

/** Called by programs with a key of their own: how one does it. Nothing where it takes more than a header. */
function exampleFor(
  { schemes, method, server = location.origin, path, body }: Operation,
  { schemes: all, schemas }: Reference,
): string | null {
  const key = schemes.find((scheme) => scheme === 'device' || scheme === 'provisioning')
  if (!key) return null
  return curlOf({
    method,
    address: `${server}${path}`,
    headers: { [all[key]?.name ?? key]: 'KEY', ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(exampleOf(body, schemas), null, 2),
  })
}

export function OperationView({ operation, reference }: { operation: Operation; reference: Reference }) {
  const { t } = useTranslation()
  const { method, path, server = '', summary, description, permission, schemes, parameters, body, answers } = operation
  const address = `${server}${path}`
  const example = exampleFor(operation, reference)
  const LockIcon = schemes.length > 0 ? Lock : LockOpen
  return (
    <article aria-label={operation.id} className="space-y-4">
      <Card className="p-4">
        <h2 className="text-base font-semibold text-balance">{summary}</h2>
        <p className="mt-1.5 flex flex-wrap items-center gap-2">
          <Method name={method} />
          <code className="text-sm break-all">{address}</code>
          <CopyButton text={address} label={t('api_reference.copy_path')} />
        </p>
        {description && (
          <p className="text-muted mt-2 max-w-prose">
            <Said>{description}</Said>
          </p>
        )}
        <div className="text-muted mt-3 flex flex-wrap items-center gap-1.5 text-xs">
          <LockIcon className="size-3.5" aria-hidden />
          {schemes.length === 0 && t('api_reference.open_to_all')}
          {schemes.map((scheme) => (
            <span key={scheme} className="border-border rounded border px-1.5 leading-5">
              {schemeName(t, scheme)}
            </span>
          ))}
          {permission && (
            <span>
              {t('api_reference.permission')} <code className="text-text">{permission}</code>
            </span>
          )}
        </div>
      </Card>
      {parameters.length > 0 && (
        <Card>
          <CardHeader title={t('api_reference.parameters')} />
          <div className="px-4 pb-3">
            <SchemaView
              schemas={reference.schemas}
              schema={{
                properties: Object.fromEntries(
                  parameters.map(({ name, schema = {}, description: said }) => [
                    name,
                    { ...schema, description: said ?? schema.description },
                  ]),
                ),
                required: parameters.filter(({ required }) => required).map(({ name }) => name),
              }}
            />
          </div>
        </Card>
      )}
      {body && (
        <Card>
          <CardHeader title={t('api_reference.body')} />
          <div className="px-4 pb-3">
            <SchemaView schema={body} schemas={reference.schemas} />
          </div>
        </Card>
      )}
      {example && (
        <Card>
          <CardHeader title={t('api_reference.example')} />
          <div className="px-4 pb-4">
            <CodeBox label="curl" copyLabel={t('api_reference.copy_command')} text={example} />
          </div>
        </Card>
      )}
      <Card>
        <CardHeader title={t('api_reference.answers')} />
        <div className="space-y-3 px-4 pb-3">
          {answers.map(({ status, schema }) => (
            <div key={status}>
              <p className="font-mono text-xs font-semibold">{status}</p>
              {schema && <SchemaView schema={schema} schemas={reference.schemas} />}
            </div>
          ))}
        </div>
      </Card>
      <Problems operation={operation} />
      {callable(operation) && (
        <Card>
          <CardHeader title={t('api_reference.try')} description={t('api_reference.try_hint')} />
          <div className="px-4 pb-4">
            <TryIt operation={operation} reference={reference} />
          </div>
        </Card>
      )}
    </article>
  )
}

const known = ['bearer', 'api_token', 'device', 'provisioning', 'internal', 'staff', 'webhook'] as const

export function schemeName(t: TFunction, scheme: string): string {
  const found = known.find((name) => name === scheme)
  return found ? t(`api_reference.scheme.${found}`) : scheme
}
