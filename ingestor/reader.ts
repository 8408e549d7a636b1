import { channel } from '../src/core/listener'
import { pendingMigrations } from '../src/core/migrations'
import { type Client, connect, within } from './connect'
import { limits } from './limits'
import type { Outage } from './outage'
import { away } from './refusals'
import { isAnswer, isStillGood } from './sqlstate'
import type { Volumes } from './volume'

export interface Question {
  tenant_id: string
  /** A SELECT that holds nothing but ids and hashes we made ourselves. */
  text: string
}

type Rows = Record<string, unknown>[]

/** The little the ingestor reads. A connection that does not answer in time is given up and made anew. */
export function openReader(databaseUrl: string, outage: Outage) {
  let connection = connect(databaseUrl)
  let installation: string | undefined

  async function ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    if (connection.isLost) connection = connect(databaseUrl)
    const asked = connection
    try {
      return await within(limits.readMs, question(asked.client), away)
    } catch (error) {
      if (!isStillGood(error)) asked.drop()
      if (!isAnswer(error)) outage.begin(error)
      throw error
    }
  }

  return {
    /**
     * All questions in one message, which PostgreSQL runs as one transaction: the tenant that is set holds for the question after it,
     * and for nobody else. The rows of each.
     */
    read: (questions: Question[]): Promise<Rows[]> =>
      ask(async (sql) => {
        const text = questions.map(({ tenant_id, text }) => `select set_config('app.tenant_id', '${tenant_id}', true); ${text}`).join('; ')
        const results = (await sql.unsafe(text)) as unknown as Rows[]
        return results.filter((_, index) => index % 2 === 1)
      }),
    /** Who has refused records that shall be examined again. */
    waitingTenants: () =>
      ask(async (sql) => (await sql`select tenant_id from replays_waiting()`).map(({ tenant_id }) => String(tenant_id))),
    pending: () => ask((sql) => pendingMigrations(sql)),
    /** The installation that the database is. */
    ping: () =>
      ask(async (sql) => {
        const [row] = await sql`select id from installation`
        if (!row) throw new Error('the database does not say which installation it is: run monozu migrate')
        return (installation = String(row.id))
      }),
    /** What tenants sent, added to what is known of the day. */
    noteVolumes: (volumes: Volumes) => ask((sql) => sql`select note_volumes(${sql.json(volumes as never)}::json)`),
    /** Tells all who listen. */
    tell: (payload: string) => ask((sql) => sql`select pg_notify(${channel}, ${payload})`),
    /** As far as it was ever asked. */
    installation: () => installation,
    close: () => connection.drop(),
  }
}

export type Reader = ReturnType<typeof openReader>
