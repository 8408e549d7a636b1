import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { oneOf } from '../../core/wire'
import { severities } from '../../soc/alerts/schema'
import { changePreferences, getPreferences } from './service'

const some = t.Array(oneOf(severities), { maxItems: severities.length, uniqueItems: true })
const favourite = t.Object({
  path: t.String({ pattern: '^/(?![/\\\\])', maxLength: 1000, description: 'of the console, with its query' }),
  title: t.String({ minLength: 1, maxLength: 200 }),
})
const preferences = t.Object({
  onboarding_dismissed: t.Boolean({ description: 'the checklist of first steps is not shown any more' }),
  alert_sound: { ...some, description: 'severities whose new alerts make a sound' },
  alert_notification: { ...some, description: 'severities whose new alerts the desktop tells of' },
  favourites: t.Array(favourite, { maxItems: 50, description: 'pages kept at hand, in the order they were chosen' }),
})

export const preferenceRoutes = new Elysia({ prefix: '/me/preferences', tags: ['account'] })
  .use(guard)
  .get('/', ({ run }) => run(getPreferences), {
    signedIn: true,
    response: { 200: preferences },
    detail: { summary: 'How the caller likes the console' },
  })
  .patch('/', ({ run, body }) => run((scope) => changePreferences(scope, body)), {
    signedIn: true,
    body: t.Partial(preferences),
    response: { 200: preferences },
    detail: { summary: 'Choose how the console is' },
  })
