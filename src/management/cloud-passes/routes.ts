import { Elysia, t } from 'elysia'
import { guard } from '../guard'
import { issuePass } from './service'

export const cloudPassRoutes = new Elysia({ prefix: '/cloud-passes', tags: ['cloud'] }).use(guard).post(
  '/',
  ({ run, set }) => {
    set.status = 201
    return run(issuePass)
  },
  {
    permission: 'cloud.operate',
    refuses: { 409: ['not_linked'] },
    response: {
      201: t.Object({
        token: t.String({ description: 'sent as `Authorization: Bearer`' }),
        expires_in: t.Integer({ description: 'seconds' }),
        url: t.String({ description: 'of the admin API of the Cloud, which has it with ADMIN_PANEL_ENABLED' }),
      }),
    },
    detail: { summary: 'A pass to the admin API of the Cloud' },
  },
)
