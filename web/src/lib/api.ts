import { treaty } from '@elysiajs/eden'
import type { App } from '../../../src/app'
import { problemFrom } from './problem'
import { beginSession, endSession, expireSession, untilSignedInAgain, useSession } from './session'

type Answer<Data> = { data: Data | null; error: { status: unknown; value: unknown } | null; response: Response | undefined; status: number }
/** As it arrives: the server's times are ISO strings once they went through JSON. */
export type Wire<Value> = Value extends Date ? string : Value extends object ? { [Key in keyof Value]: Wire<Value[Key]> } : Value
/** What a call of the treaty answers when all went well. */
export type AnswerOf<Call extends (...input: never[]) => Promise<{ data: unknown }>> = Wire<NonNullable<Awaited<ReturnType<Call>>['data']>>
/** One entry of a list that the server answers as `{ items }`. */
export type ItemOf<Call extends (...input: never[]) => Promise<{ data: unknown }>> =
  AnswerOf<Call> extends { items: readonly (infer Item)[] } ? Item : never

let renewing: Promise<boolean> | null = null

/** Rotates the refresh cookie. Many callers share one request, and browser tabs take turns, for a cookie is good for one use. */
export function renewSession(): Promise<boolean> {
  renewing ??= exclusively(rotate).finally(() => {
    renewing = null
  })
  return renewing
}

async function rotate(): Promise<boolean> {
  const { data, error, response, status } = await treaty<App>(location.origin, { parseDate: false }).api.v1.auth.refresh.post({})
  if (data) {
    beginSession(data)
    return true
  }
  if (response && status < 500 && status !== 429) return false
  throw problemFrom(status, error?.value, response)
}

function exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
  // Lock managers exist only in secure contexts; without one a single tab is still right.
  return 'locks' in navigator ? navigator.locks.request('monozu.session', work) : work()
}

/** As fetch, with the session; for answers that are no JSON. */
export async function fetchAuthorized(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const first = await fetch(input, withToken(init))
  if (first.status !== 401 || new URL(first.url).pathname.startsWith('/api/v1/auth/')) return first
  if (await renewSession()) return fetch(input, withToken(init))
  expireSession()
  // The request waits below the sign-in dialog, so that nothing typed is lost.
  return (await untilSignedInAgain(init?.signal)) ? fetch(input, withToken(init)) : first
}

function withToken(init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers)
  const token = useSession.getState().accessToken
  if (token) headers.set('authorization', `Bearer ${token}`)
  return { ...init, headers, credentials: 'same-origin' }
}

const fetcher: typeof fetch = Object.assign(fetchAuthorized, { preconnect: () => undefined })

export const api = treaty<App>(location.origin, { fetcher, parseDate: false }).api.v1

/** The data of an answer; a refusal is thrown as a Problem. */
export async function answer<Data>(call: Promise<Answer<Data>>): Promise<Wire<Data>> {
  return (await taggedAnswer(call)).data
}

/** The data of an answer with the version it has on the server, for `If-Match`. */
export async function taggedAnswer<Data>(call: Promise<Answer<Data>>): Promise<{ data: Wire<Data>; etag: string | null }> {
  const { data, error, response, status } = await call
  if (error || !response) throw problemFrom(status, error?.value, response)
  // A 204 has no body; its Data is undefined or void.
  return { data: data as Wire<Data>, etag: response.headers.get('etag') }
}

export async function signOut(): Promise<void> {
  await api.auth.logout.post({}).catch(() => undefined)
  endSession()
}

/** True once the session goes on in the other tenant; false where that needs a sign-in with the second factor. */
export async function switchTenant(tenant_id: string): Promise<boolean> {
  const session = await answer(api.auth['switch-tenant'].post({ tenant_id }))
  if (!('access_token' in session)) return false
  beginSession(session)
  return true
}
