import { join } from 'node:path'
import Ajv, { type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'

interface Answer {
  $ref?: string
  content?: {
    'application/json'?: { schema?: object }
    'application/problem+json'?: { schema: { allOf: [unknown, { properties: { error: { oneOf: { const: string }[] } } }] } }
  }
}
interface Operation {
  responses: Record<string, Answer>
}
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { responses: Record<string, Answer> }
}

export type DocumentName = 'openapi.json' | 'openapi-management.json'

/** The document of the API says of each operation what it answers: the status, what the body looks like, and of a refusal the word. */
export function documentLaw(name: DocumentName) {
  let reading: Promise<Document> | undefined
  // The committed one, which openapi.test.ts holds against the application: it is read sooner than made.
  const read = () => Bun.file(join(import.meta.dir, name)).json() as Promise<Document>

  return async ({ method, url }: Request, { status }: Response, body: string) => {
    const document = await (reading ??= read())
    const found = operationOf(document, method.toLowerCase(), new URL(url).pathname)
    // A body where none belongs is nothing to document.
    if (!found || status === 415) return
    const [path, { responses }] = found
    const answer = responses[status]
    const told = answer?.$ref ? document.components.responses[answer.$ref.split('/').at(-1)!] : answer
    const unlike = told ? differenceOf(told, body) : 'has no such status'
    if (unlike) throw new Error(`${method} ${path} answers ${status}, and its document ${unlike}`)
  }
}

function differenceOf({ content }: Answer, body: string): string | undefined {
  const words = content?.['application/problem+json']?.schema.allOf[1].properties.error.oneOf.map((one) => one.const)
  const schema = content?.['application/json']?.schema
  if (!body || (!words && !schema)) return undefined
  const answered = JSON.parse(body) as { error: string }
  if (words) return words.includes(answered.error) ? undefined : `does not know ${answered.error}: see refuses in the guard`
  const validate = validatorOf(schema!)
  return validate(answered) ? undefined : `says otherwise: ${ajv.errorsText(validate.errors)}`
}

const ajv = new Ajv({ strict: false })
addFormats(ajv)
const validators = new WeakMap<object, ValidateFunction>()

function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema) ?? ajv.compile(schema)
  validators.set(schema, known)
  return known
}

const patterns = new WeakMap<Document, (readonly [RegExp, string])[]>()

/** Of paths that fit, the one with fewest parameters is meant, as of routes. */
function operationOf(document: Document, method: string, pathname: string): [string, Operation] | undefined {
  const known = patterns.get(document) ?? Object.keys(document.paths).map((path) => [patternOf(path), path] as const)
  patterns.set(document, known)
  const fitting = known.filter(([pattern, path]) => document.paths[path]![method] && pattern.test(pathname)).map(([, path]) => path)
  const [path] = fitting.toSorted((a, b) => a.split('{').length - b.split('{').length)
  return path === undefined ? undefined : [path, document.paths[path]![method]!]
}

const patternOf = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`)
