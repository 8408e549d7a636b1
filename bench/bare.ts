import { Elysia, t } from 'elysia'
import postgres from 'postgres'

// What an Elysia does that does nothing else: the answer of the guarded route, and a session's row locked and rotated in one transaction.

const answer = { security: true, vpn: true, backup: true, cmdb: true, itsm: true, iot: true }
const sql = postgres(Bun.env.DATABASE_URL ?? '', { max: 10, fetch_types: false, onnotice: () => {} })

const rotate = (id: string) =>
  sql.begin(async (tx) => {
    const [session] = await tx`select * from session where id = ${id} for update`
    const [after] = await tx`update session set generation = ${session!.generation + 1}, rotated_at = now() where id = ${id} returning *`
    return { generation: Number(after!.generation) }
  })

new Elysia({ handler: { standardHostname: false } })
  .get('/bare', () => answer, { response: { 200: t.Record(t.String(), t.Boolean()) } })
  .post('/rotate', ({ body }) => rotate(body.id), {
    body: t.Object({ id: t.String() }),
    response: { 200: t.Object({ generation: t.Number() }) },
  })
  .listen({ hostname: '127.0.0.1', port: Number(process.argv[2]) })
