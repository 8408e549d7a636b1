import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { type Schema, resolved } from './document'
import { Said } from './said'

const deepest = 6

function typeOf(schema: Schema, schemas: Record<string, Schema>): string {
  const { type, items, anyOf, oneOf, format, const: only, enum: some } = resolved(schema, schemas)
  if (only !== undefined) return JSON.stringify(only)
  if (some) return some.map((value) => JSON.stringify(value)).join(' | ')
  if (anyOf) return [...new Set(anyOf.map((one) => typeOf(one, schemas)))].join(' | ')
  // Words, each of which is told with its meaning.
  if (oneOf) return 'string'
  const name = [type ?? 'any'].flat().join(' | ')
  if (name.startsWith('array')) return items ? `${typeOf(items, schemas)}[]` : 'array'
  return format ? `${name} (${format})` : name
}

/** "1–200 characters", as numbers alone: they are read the same in every language. */
function boundsOf({ minimum, maximum, minLength, maxLength, minItems, maxItems }: Schema): string {
  const [least, most] = [minimum ?? minLength ?? minItems, maximum ?? maxLength ?? maxItems]
  if (least === undefined && most === undefined) return ''
  if (most === undefined) return `≥ ${least}`
  return least === undefined ? `≤ ${most}` : `${least} – ${most}`
}

/** What is inside: of a list its entries, of alternatives those that have fields. */
function insideOf(schema: Schema, schemas: Record<string, Schema>): Schema[] {
  const whole = resolved(schema, schemas)
  if (whole.properties) return [whole]
  if (whole.items) return insideOf(whole.items, schemas)
  return (whole.anyOf ?? []).flatMap((one) => insideOf(one, schemas))
}

type SchemaViewProps = { schema: Schema; schemas: Record<string, Schema>; depth?: number }

/** The fields of a body or an answer, one below the other. */
export function SchemaView({ schema, schemas, depth = 0 }: SchemaViewProps) {
  const inside = insideOf(schema, schemas)
  if (inside.length === 0 || depth > deepest) return depth === 0 ? <code className="text-xs">{typeOf(schema, schemas)}</code> : null
  return inside.map((one, index) => (
    <Fragment key={one.title ?? index}>
      {one.title && (
        <p className="border-border mt-2 border-t pt-2 text-xs first:mt-0 first:border-t-0 first:pt-0">
          <strong>{one.title}</strong>{' '}
          <span className="text-muted">
            <Said>{one.description}</Said>
          </span>
        </p>
      )}
      <Members schema={one} schemas={schemas} depth={depth} />
    </Fragment>
  ))
}

function Members({ schema: { properties = {}, required = [] }, schemas, depth }: Required<SchemaViewProps>) {
  const { t } = useTranslation()
  return (
    <ul className={depth > 0 ? 'border-border ml-1 border-l pl-3' : undefined}>
      {Object.entries(properties).map(([name, field]) => (
        <li key={name} className="py-1">
          <div className="flex flex-wrap items-baseline gap-x-2">
            <code className="text-xs font-semibold">{name}</code>
            <code className="text-muted text-xs wrap-anywhere">{typeOf(field, schemas)}</code>
            <span className="text-muted text-xs">{boundsOf(resolved(field, schemas))}</span>
            {required.includes(name) && <span className="text-accent-text text-2xs font-medium">{t('api_reference.required')}</span>}
          </div>
          {field.description && (
            <p className="text-muted text-xs">
              <Said>{field.description}</Said>
            </p>
          )}
          {field.oneOf?.map(({ const: word, description }) => (
            <p key={String(word)} className="pl-3 text-xs text-pretty">
              <code className="mr-2">{String(word)}</code>
              <span className="text-muted">
                <Said>{description}</Said>
              </span>
            </p>
          ))}
          <SchemaView schema={field} schemas={schemas} depth={depth + 1} />
        </li>
      ))}
    </ul>
  )
}
