import { create } from 'zustand'
import { forgetPlaces } from './kept-places'
import { forgetUse, noteUse } from './last-use'

type Person = { id: string; email: string; name: string }
type Place = { id: string; name: string }
/** The Management plane is in no tenant. */
type Whose = { user: Person; tenant: Place | null }

/** Why a session does not go on, where it is the organization that is closed. */
export const closedWords = ['tenant_pending', 'tenant_suspended'] as const
export type ClosedWord = (typeof closedWords)[number]
type Reason = ClosedWord | 'idle'

type SessionState = {
  /** `expired` keeps the page as it is, below a dialog that signs in again. */
  status: 'unknown' | 'signed_out' | 'signed_in' | 'expired'
  /** In memory only: a script that reads storage finds nothing. */
  accessToken: string | null
  expiresAtMs: number
  user: Person | null
  tenant: Place | null
  /** Of staff of the platform, who came in by a support access: no cookie and no password brings it back. */
  isSupport: boolean
  /** Without anybody at it for so long it ends; null where it does not. */
  idleMs: number | null
  /** Of one that is expired, where it is known. */
  reason: Reason | null
  /** Of one that is expired: as whom or where another window of this browser went on, and with what. */
  elsewhere: (Whose & { accessToken: string }) | null
}

const mark = 'monozu.signed_in'

/** Whether somebody is signed in in this browser, as far as it knows: without that there is no cookie worth trying. */
export const mayBeSignedIn = () => localStorage.getItem(mark) !== null

const signedOut = {
  status: 'signed_out',
  accessToken: null,
  expiresAtMs: 0,
  user: null,
  tenant: null,
  isSupport: false,
  idleMs: null,
  reason: null,
  elsewhere: null,
} as const

export const useSession = create<SessionState>(() => ({ ...signedOut, status: 'unknown' }))

const expected = 'expected'

/** A sign-in is about to come back from elsewhere with its cookie. */
export const expectSession = () => localStorage.setItem(mark, expected)

/** This browser has another session than before. */
const tellWindows = () => localStorage.setItem(mark, String(Date.now()))

/** Hears of that from other windows, where this one shows what is somebody's. Who signs out in one of them does so in all. */
export function onSessionElsewhere(listener: () => void): void {
  window.addEventListener('storage', ({ key, newValue }) => {
    const { user, isSupport } = useSession.getState()
    if (key !== mark || newValue === expected || !user || isSupport) return
    if (newValue === null) expireSession()
    else listener()
  })
}

export type Begun = Whose & { access_token: string; expires_in: number; idle_seconds?: number; isSupport?: boolean }

/** By a sign-in. */
export function beginSession(answer: Begun): void {
  noteUse()
  // No cookie comes with a support access.
  if (!answer.isSupport) tellWindows()
  take(answer)
}

/**
 * By the cookie, which all windows of a browser share. A window shows what is one person's in one organization, and never goes on as another or in
 * another: then false.
 */
export function resumeSession(answer: Begun): boolean {
  const { user, tenant } = useSession.getState()
  if (isLeaving) return false
  if (!user && localStorage.getItem(mark) === expected) tellWindows()
  if (!user || (user.id === answer.user.id && tenant?.id === answer.tenant?.id)) {
    take(answer)
    return true
  }
  const elsewhere = { user: answer.user, tenant: answer.tenant, accessToken: answer.access_token }
  useSession.setState({ status: 'expired', accessToken: null, reason: null, elsewhere })
  return false
}

function take(answer: Begun): void {
  useSession.setState({
    status: 'signed_in',
    accessToken: answer.access_token,
    expiresAtMs: Date.now() + answer.expires_in * 1000,
    user: answer.user,
    tenant: answer.tenant,
    isSupport: answer.isSupport ?? false,
    idleMs: answer.idle_seconds === undefined ? null : answer.idle_seconds * 1000,
    reason: null,
    elsewhere: null,
  })
}

let isLeaving = false

/** This window is about to leave its session, and is not to be held. */
export const isLeavingSession = () => isLeaving || useSession.getState().status === 'signed_out'

export function expireSession(reason: Reason | null = null): void {
  if (!isLeaving && useSession.getState().status === 'signed_in') useSession.setState({ status: 'expired', accessToken: null, reason })
}

export function endSession(): void {
  // A support access is of its window alone, and leaves the session of the others.
  if (!useSession.getState().isSupport) {
    localStorage.removeItem(mark)
    forgetUse()
  }
  forgetPlaces()
  useSession.setState(signedOut)
}

/** This page is about to be loaded anew, for another session. */
export function changeSession(): void {
  isLeaving = true
  tellWindows()
}

/** To where this browser went on in another window: that is another world, of which everything is loaded anew. */
export function followSession(): void {
  isLeaving = true
  location.assign('/')
}

/** Ends it with the server too, which may be away. What is refused meanwhile is no reason to ask who leaves to sign in again. */
export async function leaveSession(logOut: () => Promise<unknown>): Promise<void> {
  isLeaving = true
  await logOut().catch(() => undefined)
  isLeaving = false
  endSession()
}

/** Settles once the expired session is signed in again (true) or given up (false). */
export function untilSignedInAgain(signal?: AbortSignal | null): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (useSession.getState().status !== 'expired') return resolve(useSession.getState().status === 'signed_in')
    const stop = useSession.subscribe((state) => {
      if (state.status === 'expired') return
      stop()
      resolve(state.status === 'signed_in')
    })
    signal?.addEventListener('abort', () => {
      stop()
      reject(signal.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'))
    })
  })
}
