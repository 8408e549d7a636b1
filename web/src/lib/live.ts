import type { Query, QueryClient } from '@tanstack/react-query'
import { create } from 'zustand'
import { answer, api, renewSession } from './api'
import { type News, askAnew, readable, takeNews } from './live-lists'
import { onServerBack } from './server-health'
import { useSession } from './session'

/** `waiting`: the connection broke and is tried again. `off`: nobody is signed in, or live updates are not permitted. */
type LiveState = 'connecting' | 'live' | 'waiting' | 'off'

export const useLive = create<{ state: LiveState; paused: boolean }>(() => ({ state: 'off', paused: false }))

const contexts: Record<string, string> = { alert: 'alerts', device: 'devices' }
const longestWaitMs = 30_000
const renewBeforeEndMs = 90_000
const quietMs = 400
/** How long is gathered while more comes than anybody reads: what is counted anew then is counted by the server for everybody. */
const stormMs = 2_000
/** More than so many that wait, while updates are paused or the window sleeps, cost more than asking anew. */
const mostWaiting = 5_000

const listeners = new Set<(context: string, news: News) => void>()

/** Hears what frames tell, also while lists are paused. Returns how to stop. */
export function onNews(listener: (context: string, news: News) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** What was refused is not asked for once more. */
const isAnswered = ({ state }: Query) => state.status !== 'error'

type Frame = { type: string; seq?: number; data?: { gap?: boolean } & Partial<News> }

/**
 * Keeps one WebSocket open while somebody is signed in. Frames are gathered for a moment; then the rows they carry go into
 * the lists of their context, and its other queries become stale, by their first key.
 */
export function startLive(queryClient: QueryClient): () => void {
  let socket: WebSocket | null = null
  let lastSeq: number | null = null
  let failures = 0
  let stopped = false
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  const waiting = new Map<string, News[]>()
  let flushTimer: ReturnType<typeof setTimeout> | undefined
  let flushing = false

  const take = async ([context, news]: [string, News[]]) => {
    if (news.length > mostWaiting) return askAnew(queryClient, { queryKey: [context] })
    if (await takeNews(queryClient, context, news)) waiting.set(context, waiting.get(context) ?? [])
  }
  const flush = async () => {
    flushTimer = undefined
    if (flushing || useLive.getState().paused) return
    const taken = [...waiting]
    waiting.clear()
    flushing = true
    // What could not be fetched is left to the queries themselves, which show a refusal and try again.
    await Promise.all(taken.map((each) => take(each).catch(() => askAnew(queryClient, { queryKey: [each[0]], predicate: isAnswered }))))
    flushing = false
    if (waiting.size > 0) schedule(taken.some(([, news]) => news.length > readable) ? stormMs : quietMs)
  }
  // A burst of frames becomes one look at the server, and the next waits until that is done.
  const schedule = (ms: number) => {
    if (!flushing) flushTimer ??= setTimeout(() => void flush(), ms)
  }

  const receive = (frame: Frame) => {
    const isFirst = lastSeq === null
    if (typeof frame.seq === 'number') lastSeq = Math.max(lastSeq ?? 0, frame.seq)
    if (frame.type === 'hello') {
      failures = 0
      useLive.setState({ state: 'live' })
      if (frame.data?.gap) void askAnew(queryClient, {})
      // What was asked for before one listened may have missed what came in between.
      else if (isFirst)
        for (const context of Object.values(contexts)) void askAnew(queryClient, { queryKey: [context], predicate: isAnswered })
      return
    }
    const context = contexts[frame.type]
    const { id, event } = frame.data ?? {}
    if (!context || !id || !event) return
    const row = (frame.data as Record<string, unknown>)[frame.type] as News['row']
    const news = { id, event, row }
    for (const listener of listeners) listener(context, news)
    const all = waiting.get(context) ?? []
    if (all.length <= mostWaiting) all.push(news)
    waiting.set(context, all)
    schedule(quietMs)
  }

  const retry = () => {
    if (stopped) return
    useLive.setState({ state: 'waiting' })
    const ceiling = Math.min(longestWaitMs, 500 * 2 ** failures)
    failures += 1
    retryTimer = setTimeout(() => void connect(), ceiling / 2 + (Math.random() * ceiling) / 2)
  }

  const connect = async () => {
    if (stopped) return
    clearTimeout(retryTimer)
    if (useSession.getState().status !== 'signed_in') return
    if (failures === 0) useLive.setState({ state: 'connecting' })
    let ticket: string
    try {
      ticket = (await answer(api.ws.ticket.post({}))).ticket
    } catch {
      return retry()
    }
    if (stopped) return
    const url = new URL('/api/ws/security', location.origin)
    url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
    url.searchParams.set('ticket', ticket)
    if (lastSeq !== null) url.searchParams.set('since', String(lastSeq))
    const opened = new WebSocket(url)
    socket = opened
    opened.addEventListener('message', (event) => receive(JSON.parse(String(event.data)) as Frame))
    opened.addEventListener('close', (event) => {
      if (socket !== opened) return
      socket = null
      // Rights or features are no longer those that were shown.
      if (event.code === 4403 || event.code === 1012) void queryClient.invalidateQueries()
      if (event.code === 4403) return useLive.setState({ state: 'off' })
      retry()
    })
  }

  const renew = setInterval(() => {
    const { status, expiresAtMs } = useSession.getState()
    if (status === 'signed_in' && expiresAtMs - Date.now() < renewBeforeEndMs) void renewSession().catch(() => false)
  }, 15_000)

  const stopWatchingSession = useSession.subscribe((now, before) => {
    if (now.accessToken === before.accessToken || !now.accessToken) return
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'renew', access_token: now.accessToken }))
    else if (!socket) void connect()
  })
  const stopWatchingPause = useLive.subscribe((now, before) => {
    if (before.paused && !now.paused) void flush()
  })
  const tryNow = () => {
    failures = 0
    if (!socket) void connect()
  }
  window.addEventListener('online', tryNow)
  const stopWatchingServer = onServerBack(tryNow)
  void connect()

  return () => {
    stopped = true
    clearTimeout(retryTimer)
    clearTimeout(flushTimer)
    clearInterval(renew)
    stopWatchingSession()
    stopWatchingPause()
    stopWatchingServer()
    window.removeEventListener('online', tryNow)
    const closing = socket
    socket = null
    closing?.close()
    useLive.setState({ state: 'off' })
  }
}
