import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { instant, oneOf, page, paging, uuid } from '../../core/wire'
import { listDiscoveries } from './service'

const words = t.Nullable(t.String())
const host = t.Object({
  id: t.String(),
  device_id: t.String(),
  ip: t.String(),
  mac: words,
  hostname: words,
  vendor: words,
  model: words,
  firmware: words,
  open_ports: t.Array(t.Object({ port: t.Integer(), protocol: oneOf(['tcp', 'udp']), service: words })),
  first_seen_at: instant,
  last_seen_at: instant,
})

export const discoveryRoutes = new Elysia({ prefix: '/discoveries', tags: ['devices'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listDiscoveries(scope, query)), {
    permission: 'discoveries.read',
    query: t.Object({ device_id: t.Optional(uuid), search: t.Optional(t.String({ maxLength: 200 })), ...paging }),
    response: { 200: page(host) },
    detail: { summary: 'Hosts and ports that devices have found' },
  })
