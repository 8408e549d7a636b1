import { type DocumentName, documentLaw } from './document-law'

type Handle = (request: Request) => Promise<Response> | Response

/** Every answer that a test gets from an application in its own process is held against these laws. */
export function watchAnswers(app: { handle: Handle }, document: DocumentName) {
  const handle = app.handle
  const asDocumented = documentLaw(document)
  app.handle = async (request) => {
    const answer = await handle(request)
    const type = answer.headers.get('content-type') ?? ''
    const body = /^application\/(problem\+)?json/.test(type) ? await answer.clone().text() : ''
    instantLaw(request, body)
    await asDocumented(request, answer, body)
    return answer
  }
}

const asPostgresWrites = /"[^"]+":"\d{4}-\d\d-\d\d \d\d:\d\d[^"]*"/

/** A time goes out as RFC 3339 writes it, whatever a statement brought it as: the framework turns a Date into that and leaves a text as it is. */
function instantLaw({ method, url }: Request, body: string) {
  const [found] = asPostgresWrites.exec(body) ?? []
  if (found) throw new Error(`${method} ${url} writes a time as PostgreSQL does: ${found}`)
}
