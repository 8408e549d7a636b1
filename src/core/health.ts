import { Elysia, t } from 'elysia'
import { assertNotHeldBack, raw } from './db'
import { pendingMigrations } from './migrations'

let draining = false
let migrated = false

export const drain = () => void (draining = true)

async function whyNotReady(): Promise<string | undefined> {
  if (draining) return 'draining'
  try {
    assertNotHeldBack()
    if (!migrated && (await pendingMigrations(raw)).length) return 'migrations are pending'
    migrated = true
    await raw`select 1`
    return undefined
  } catch {
    return 'the database cannot be reached'
  }
}

export const health = new Elysia({ tags: ['health'] })
  .get('/healthz', () => ({ status: 'ok' as const }), {
    public: 'liveness probe',
    response: { 200: t.Object({ status: t.Literal('ok') }) },
    detail: { summary: 'The process is alive' },
  })
  .get(
    '/readyz',
    async ({ status }) => {
      const reason = await Promise.race([whyNotReady(), Bun.sleep(2000).then(() => 'the database does not answer')])
      return reason ? status(503, { status: 'unavailable' as const, reason }) : status(200, { status: 'ok' as const })
    },
    {
      public: 'readiness probe',
      response: {
        200: t.Object({ status: t.Literal('ok') }),
        503: t.Object({ status: t.Literal('unavailable'), reason: t.String() }),
      },
      detail: { summary: 'The process can serve: database, migrations, not draining' },
    },
  )
