import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { name, oneOf, stamps } from '../../core/wire'
import { tenantStates } from './schema'
import { getTenant, renameTenant } from './service'

const tenant = t.Object({ id: t.String(), name, status: oneOf(tenantStates), ...stamps })

export const tenantRoutes = new Elysia({ prefix: '/tenant', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run }) => run(getTenant), {
    permission: 'settings.tenant.read',
    response: { 200: tenant },
    detail: { summary: 'The organization one is signed in to' },
  })
  .patch('/', ({ run, body }) => run((scope) => renameTenant(scope, body.name)), {
    permission: 'settings.tenant.update',
    refuses: { 412: ['stale'] },
    body: t.Object({ name }),
    response: { 200: tenant },
    detail: { summary: 'Rename the organization' },
  })
