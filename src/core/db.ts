import { SpanKind } from '@opentelemetry/api'
import postgres from 'postgres'
import { config } from './config'
import { openDrizzle } from './drizzle'
import { Problem, unavailable } from './errors'
import { limits } from './limits'
import { tellOfPooler } from './pooler'
import { inSpan } from './spans'

const options = {
  onnotice: () => {},
  fetch_types: false,
  connect_timeout: limits.databaseStartMs / 1000,
  idle_timeout: 600,
  // A lifetime would end a connection between two statements of a transaction.
  max_lifetime: null,
  // The driver waits this long (seconds) before it says that a connection is refused: a request has to be told soon.
  backoff: (retries: number) => Math.min(0.25, 0.05 * 2 ** retries) * (0.75 + Math.random() / 2),
} as const

const spanOf = (readOnly: boolean) => ({
  kind: SpanKind.CLIENT,
  attributes: { 'db.system.name': 'postgresql', 'monozu.access_mode': readOnly ? 'read only' : 'read write' },
})
const doing = { readOnly: spanOf(true), readWrite: spanOf(false) }

type Watch = (query: string) => void

/** A lane is one connection with its own drizzle, so that what one transaction sends is pipelined and never mixed with another's. */
function openLane(url: string, watch: Watch) {
  const connection = { losses: 0, lossesAtBegin: 0 }
  // The driver opens a lost connection anew, and what comes then is in no transaction: it sees nothing, and its COMMIT commits nothing.
  const assertSame = () => {
    if (connection.losses !== connection.lossesAtBegin) throw unavailable()
  }
  const client = postgres(url, { ...options, max: 1, onclose: () => void (connection.losses += 1) })
  const prepared = {
    options: client.options,
    unsafe: (text: string, values: never[]) => (assertSame(), client.unsafe(text, values, { prepare: true })),
  }
  return {
    connection,
    assertSame,
    client,
    tx: openDrizzle(prepared as unknown as typeof client, watch),
    isGivenUp: false,
    givesUp: undefined as ReturnType<typeof setTimeout> | undefined,
  }
}

type Lane = ReturnType<typeof openLane>
export type Tx = Lane['tx']

const ignore = () => {}

/** A database as one role sees it. `raw` is for work that drizzle must not touch: it changes the client it is given. */
export function openDatabase(url: string, watch: Watch = ignore) {
  const raw = postgres(url, { ...options, max: 2 })
  /** For LISTEN, which keeps a connection to itself. Whoever opens it ends it. */
  const openAlone = () => postgres(url, { ...options, max: 1 })
  const idle: Lane[] = []
  let opened = 0
  let patienceMs: number = limits.transactionMs

  /** For a process that serves nobody who waits: its transactions may take longer. */
  const takeTime = (ms: number) => void (patienceMs = ms)

  const waiting: { give: (lane: Lane) => void; refuse: (problem: Problem) => void; expires: ReturnType<typeof setTimeout> }[] = []

  function takeLane(): Lane | Promise<Lane> {
    const lane = idle.pop()
    if (lane) return lane
    if (opened < config.DATABASE_POOL) {
      opened += 1
      return openLane(url, watch)
    }
    if (waiting.length >= limits.waitingRequests) throw unavailable()
    return new Promise((give, refuse) => {
      const expires = setTimeout(() => {
        waiting.splice(waiting.indexOf(place), 1)
        refuse(unavailable())
      }, limits.connectionWaitMs)
      const place = { give, refuse, expires }
      waiting.push(place)
    })
  }

  /**
   * By then a server that lives has ended the transaction by its own limits (roles.sql). What is still open leads nowhere, as behind a cut
   * cable: what waits for it is refused, and another lane takes its place.
   */
  function watchOver(lane: Lane) {
    lane.givesUp = setTimeout(() => {
      lane.isGivenUp = true
      lane.client.end({ timeout: 0 }).catch(ignore)
    }, 3 * patienceMs)
  }

  function returnLane(used: Lane) {
    clearTimeout(used.givesUp)
    const lane = used.isGivenUp ? openLane(url, watch) : used
    const next = waiting.shift()
    if (!next) return void idle.push(lane)
    clearTimeout(next.expires)
    next.give(lane)
  }

  /**
   * Runs `work` between `opening` (BEGIN and the settings, one round trip together with the first statement of `work`) and COMMIT.
   * A read-only transaction answers before its COMMIT returns: there is nothing in it to lose.
   */
  async function inLane<T>(opening: string, readOnly: boolean, work: (tx: Tx) => Promise<T>): Promise<T> {
    const taken = takeLane()
    const lane = taken instanceof Promise ? await taken : taken
    watchOver(lane)
    const { client, connection, assertSame, tx } = lane
    connection.lossesAtBegin = connection.losses
    const begun = client.unsafe(opening).execute()
    begun.catch(ignore)
    let result: T
    try {
      result = await work(tx)
      await begun
      assertSame()
    } catch (error) {
      tellOfPooler(error)
      if (connection.losses !== connection.lossesAtBegin) returnLane(lane)
      else
        client
          .unsafe('rollback')
          .catch(ignore)
          .finally(() => returnLane(lane))
      throw error
    }
    const committed = client.unsafe('commit').execute()
    if (readOnly) {
      committed.catch(ignore).finally(() => returnLane(lane))
      return result
    }
    try {
      const { command } = await committed
      assertSame()
      if (command !== 'COMMIT') throw unavailable()
      return result
    } finally {
      returnLane(lane)
    }
  }

  let isHeldBack = false

  /** No transaction until then: 503, as if the database were away. */
  function holdBack(until: Promise<void>) {
    isHeldBack = true
    void until.then(() => (isHeldBack = false))
  }

  /** Said by what tells whether this process can serve. */
  function assertNotHeldBack() {
    if (isHeldBack) throw unavailable()
  }

  /** As `inLane`, but nobody waits for ever: 503 after 8 s. The transaction itself ends as it ends, and only then gives its connection back. */
  const transaction = <T>(opening: string, readOnly: boolean, work: (tx: Tx) => Promise<T>): Promise<T> =>
    inSpan('transaction', readOnly ? doing.readOnly : doing.readWrite, () => inTime(opening, readOnly, work))

  function inTime<T>(opening: string, readOnly: boolean, work: (tx: Tx) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      assertNotHeldBack()
      const timer = setTimeout(() => reject(unavailable()), patienceMs)
      inLane(opening, readOnly, work)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer))
    })
  }

  async function close() {
    await Promise.all([raw.end({ timeout: 5 }), ...idle.splice(0).map(({ client }) => client.end({ timeout: 5 }))])
  }

  return { raw, openAlone, transaction, takeTime, holdBack, assertNotHeldBack, close }
}

let watcher: Watch = ignore

/** Lets a law look at every statement of every context; it throws where one breaks the law. */
export const watchQueries = (watch: Watch) => void (watcher = watch)

/** The database of this process. */
export const {
  raw,
  openAlone,
  transaction,
  takeTime,
  holdBack,
  assertNotHeldBack,
  close: closeDatabase,
} = openDatabase(config.DATABASE_URL, (query) => watcher(query))
