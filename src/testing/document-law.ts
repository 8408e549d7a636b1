import { join } from 'node:path'
import Ajv from 'ajv/dist/2020'
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
  // The committed one, which openapi.test.ts holds against the application: it is read sooner than made.
  const read = async () => {
    const document = (await Bun.file(join(import.meta.dir, name)).json()) as Document
    return { document, paths: Object.keys(document.paths).map((path) => ({ path, pattern: patternOf(path) })) }
  }
  let reading: ReturnType<typeof read> | undefined

  return async ({ method, url }: Request, { status }: Response, body: string) => {
    const { document, paths } = await (reading ??= read())
    const { pathname } = new URL(url)
    const verb = method.toLowerCase()
    // Of paths that fit, the one with fewest parameters is meant, as of routes.
    const [path] = paths
      .filter((one) => document.paths[one.path]![verb] && one.pattern.test(pathname))
      .map((one) => one.path)
      .toSorted((a, b) => a.split('{').length - b.split('{').length)
    // A body where none belongs is nothing to document.
    if (path === undefined || status === 415) return
    const answer = document.paths[path]![verb]!.responses[status]
    const told = answer?.$ref ? document.components.responses[answer.$ref.split('/').at(-1)!] : answer
    const unlike = told ? differenceOf(told, body) : 'has no such status'
    if (unlike) throw new Error(`${method} ${path} answers ${status}, and its document ${unlike}`)
  }
}

const patternOf = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`)

function differenceOf({ content }: Answer, body: string): string | undefined {
  const words = content?.['application/problem+json']?.schema.allOf[1].properties.error.oneOf.map((one) => one.const)
  const schema = content?.['application/json']?.schema
  if (!body || (!words && !schema)) return undefined
  const answered = JSON.parse(body) as { error: string }
  if (words) return words.includes(answered.error) ? undefined : `does not know ${answered.error}: see refuses in the guard`
  return ajv.validate(schema!, answered) ? undefined : `says otherwise: ${ajv.errorsText()}`
}

const ajv = new Ajv({ strict: false })
addFormats(ajv)
