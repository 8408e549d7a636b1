import { problemFrom } from './problem'
import { suspectServer } from './server-health'
import {
  type Begun,
  type ClosedWord,
  closedWords,
  expireSession,
  mayBeSignedIn,
  onSessionElsewhere,
  resumeSession,
  untilSignedInAgain,
  useSession,
} from './session'

type Refreshed<Session> = {
  data: Session | null
  error: { status: unknown; value: unknown } | null
  response: Response | undefined
  status: number
}

/** Requests with the session of one plane: `refresh` asks its server to rotate the cookie, `read` says whose session it answers. */
export function authorized<Session>(refresh: () => Promise<Refreshed<Session>>, read: (session: Session) => Begun) {
  let renewing: Promise<boolean> | null = null

  async function rotate(): Promise<boolean> {
    const { data, error, response, status } = await refresh()
    if (data) {
      // Who has left meanwhile stays away.
      return mayBeSignedIn() && resumeSession(read(data))
    }
    if (response && status < 500 && status !== 429) {
      useSession.setState({ elsewhere: null })
      return false
    }
    throw problemFrom(status, error?.value, response)
  }

  /** Rotates the refresh cookie. Many callers share one request, and browser tabs take turns, for a cookie is good for one use. */
  async function renewSession(): Promise<boolean> {
    // The cookie, if there is one, is of somebody else.
    if (useSession.getState().isSupport) return false
    renewing ??= exclusively(rotate).finally(() => {
      renewing = null
    })
    return renewing
  }

  onSessionElsewhere(() => void renewSession().catch(() => false))

  /** As fetch, with the session; for answers that are no JSON. */
  async function fetchAuthorized(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const first = await fetchNoticing(input, withToken(init))
    const closed = first.status === 403 ? await closedWord(first) : undefined
    if ((first.status !== 401 && !closed) || new URL(first.url).pathname.startsWith('/api/v1/auth/')) return first
    if (!closed && (await renewSession())) return fetch(input, withToken(init))
    expireSession(closed)
    // The request waits below the sign-in dialog, so that nothing typed is lost.
    return (await untilSignedInAgain(init?.signal)) ? fetch(input, withToken(init)) : first
  }

  const fetcher: typeof fetch = Object.assign(fetchAuthorized, { preconnect: () => undefined })
  return { renewSession, fetchAuthorized, calls: { fetcher, parseDate: false, onResponse: readJson } }
}

/** As it stands. Treaty would look at every value for a date, which takes ten times as long as reading: of a chart, 40,000 numbers. */
function readJson(reply: Response): Promise<unknown> | undefined {
  return reply.ok && reply.headers.get('content-type')?.startsWith('application/json') ? reply.json() : undefined
}

/** Why nobody enters the organization just now, where that is the refusal. */
async function closedWord(refused: Response): Promise<ClosedWord | undefined> {
  const { error } = (await refused
    .clone()
    .json()
    .catch(() => ({}))) as { error?: unknown }
  return closedWords.find((word) => word === error)
}

/** As fetch; tells when the server may be away. */
async function fetchNoticing(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(input, init)
    if (response.status === 503) suspectServer()
    return response
  } catch (error) {
    if (!init.signal?.aborted) suspectServer()
    throw error
  }
}

function exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
  // Lock managers exist only in secure contexts; without one a single tab is still right.
  return 'locks' in navigator ? navigator.locks.request('monozu.session', work) : work()
}

function withToken(init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers)
  const token = useSession.getState().accessToken
  if (token) headers.set('authorization', `Bearer ${token}`)
  return { ...init, headers, credentials: 'same-origin' }
}
