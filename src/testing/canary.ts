/** Unique secrets that go through every flow of real processes, right and wrong; then none of them may be found where they do not belong. */
export function openCanary() {
  const secrets = new Map<string, string>()
  const refusals: string[] = []

  /** Remembers a secret by what it is, and gives it back. */
  function keep(what: string, secret: unknown) {
    if (typeof secret !== 'string' || secret.length < 6) throw new Error(`there is no ${what}`)
    secrets.set(`${what} ${secrets.size}`, secret)
    return secret
  }

  /** A request to a process; what it refuses is kept, to be looked through. */
  async function ask(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
    const reply = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await reply.text()
    if (reply.status >= 400) refusals.push(`${method} ${reply.status} ${text}`)
    const answer = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    const [cookie, location] = ['set-cookie', 'location'].map((name) => reply.headers.get(name) ?? '')
    return { status: reply.status, answer, cookie: cookie!, location: location!, text }
  }

  return {
    secrets,
    refusals,
    keep,
    ask,
    made: (what: string) => keep(what, `Lantern.in.the.night.${Bun.randomUUIDv7('base64url')}`),
    /** What is found where it does not belong. */
    strays: (places: Record<string, string>, belongs: (what: string, place: string) => boolean) =>
      [...secrets].flatMap(([what, secret]) =>
        Object.entries(places)
          .filter(([place, text]) => text.includes(secret) && !belongs(what, place))
          .map(([place]) => `${what} in the ${place}`),
      ),
  }
}

export const cookieValue = (cookie: string) => cookie.match(/^[^=]+=([^;]+)/)?.[1]
