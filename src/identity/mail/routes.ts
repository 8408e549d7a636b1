import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { instant, oneOf, page, paging } from '../../core/wire'
import { mailStates } from './schema'
import { listMail } from './service'

const text = t.Nullable(t.String({ description: 'of mail that is kept here' }))
const mail = t.Object({
  id: t.String(),
  recipient: t.String(),
  kind: t.String(),
  state: oneOf(mailStates),
  attempts: t.Integer(),
  reason: t.Nullable(t.String({ description: 'why the last attempt failed' })),
  subject: text,
  text,
  created_at: instant,
  ended_at: t.Nullable(instant),
})

export const mailRoutes = new Elysia({ prefix: '/mail-outbox', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listMail(scope, query)), {
    permission: 'settings.mail.read',
    query: t.Object({ state: t.Optional(oneOf(mailStates)), ...paging }),
    response: { 200: page(mail) },
    detail: { summary: 'Mail of the last 30 days, newest first; what is kept here with its text' },
  })
