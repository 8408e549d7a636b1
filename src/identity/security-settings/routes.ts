import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { instant } from '../../core/wire'
import { changeSecuritySettings, getSecuritySettings } from './service'

const rules = {
  require_mfa: t.Boolean({ description: 'who signs in with a password needs a second factor; who has none sets it up as he signs in' }),
  session_idle_minutes: t.Nullable(
    t.Integer({ minimum: 15, description: 'a session left alone for so long is over; null for the platform’s limit' }),
  ),
  session_hours: t.Nullable(
    t.Integer({ minimum: 1, description: 'a session is over after so long however busy; null for the platform’s limit' }),
  ),
}
const settings = t.Object({
  ...rules,
  platform: t.Object({ session_idle_minutes: t.Integer(), session_hours: t.Integer() }),
  members_without_mfa: t.Integer(),
  updated_at: instant,
  version: t.Integer(),
})

export const securitySettingsRoutes = new Elysia({ prefix: '/settings/security', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run }) => run(getSecuritySettings), {
    permission: 'settings.security.read',
    response: { 200: settings },
    detail: { summary: 'What the organization asks of sign-ins and sessions' },
  })
  .put('/', ({ run, body }) => run((scope) => changeSecuritySettings(scope, body)), {
    permission: 'settings.security.update',
    refuses: { 409: ['mfa_not_enabled'], 412: ['stale'] },
    body: t.Object(rules),
    response: { 200: settings },
    detail: { summary: 'Change what the organization asks of sign-ins and sessions; sessions that do not keep it end at once' },
  })
