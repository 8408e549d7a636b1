// A time goes out as RFC 3339 writes it, whatever a statement brought it as: the framework turns a Date into that and leaves a text as it is.
// Every JSON answer that a test gets from an application in its own process is held against it.

const asPostgresWrites = /"[^"]+":"\d{4}-\d\d-\d\d \d\d:\d\d[^"]*"/

export function watchAnswers(app: { handle: (request: Request) => Promise<Response> | Response }) {
  const handle = app.handle
  app.handle = async (request) => {
    const answer = await handle(request)
    if (!answer.headers.get('content-type')?.startsWith('application/json')) return answer
    const [found] = asPostgresWrites.exec(await answer.clone().text()) ?? []
    if (found) throw new Error(`${request.method} ${request.url} writes a time as PostgreSQL does: ${found}`)
    return answer
  }
}
