import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { oneOf } from '../../core/wire'
import { describeOnboarding, stepNames } from './service'

export const onboardingRoutes = new Elysia({ prefix: '/onboarding', tags: ['account'] })
  .use(guard)
  .get('/', ({ run }) => run(describeOnboarding), {
    signedIn: true,
    response: {
      200: t.Object({
        dismissed: t.Boolean({ description: 'the caller has put the checklist away (PATCH /me/preferences)' }),
        steps: t.Array(t.Object({ step: oneOf(stepNames), done: t.Boolean() })),
      }),
    },
    detail: { summary: 'First steps the caller can take, and which of them are done' },
  })
