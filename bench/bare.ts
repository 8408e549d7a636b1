import { Elysia, t } from 'elysia'

const answer = { security: true, vpn: true, backup: true, cmdb: true, itsm: true, iot: true }

new Elysia({ handler: { standardHostname: false } })
  .get('/bare', () => answer, { response: { 200: t.Record(t.String(), t.Boolean()) } })
  .listen({ hostname: '127.0.0.1', port: Number(process.argv[2]) })
