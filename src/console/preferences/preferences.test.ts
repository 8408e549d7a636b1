import { describe, expect, test } from 'bun:test'
import { send, signedIn } from '../../testing/api'

const proposed = { onboarding_dismissed: false, alert_sound: [], alert_notification: [], favourites: [] }
const favourite = { path: '/devices?status=offline', title: 'Devices' }

describe('preferences', () => {
  test('are as proposed until somebody chooses, and are his alone', async () => {
    const client = await signedIn()
    const mine = client.api.me.preferences
    expect((await mine.get()).data).toEqual(proposed)
    const chosen = { ...proposed, alert_sound: ['critical' as const, 'high' as const] }
    expect((await mine.patch({ alert_sound: chosen.alert_sound })).data).toEqual(chosen)
    expect((await mine.patch({ onboarding_dismissed: true })).data).toEqual({ ...chosen, onboarding_dismissed: true })
    expect((await mine.get()).data).toEqual({ ...chosen, onboarding_dismissed: true })
    const colleague = await signedIn(undefined, { tenant_id: client.tenant_id })
    expect((await colleague.api.me.preferences.get()).data).toEqual(proposed)
    expect((await mine.patch({ alert_sound: [] })).data).toEqual({ ...proposed, onboarding_dismissed: true })
    expect((await mine.patch({ favourites: [favourite] })).data).toMatchObject({ favourites: [favourite] })
    expect((await mine.get()).data).toMatchObject({ favourites: [favourite] })
  })

  test('need no permission', async () => {
    const client = await signedIn([])
    expect((await client.api.me.preferences.patch({ alert_notification: ['low'] })).data).toMatchObject({ alert_notification: ['low'] })
  })

  test('chosen in many windows at once are one choice', async () => {
    const client = await signedIn()
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, n) => client.api.me.preferences.patch({ onboarding_dismissed: n % 2 === 0 })),
    )
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200))
  })

  test('take no nonsense', async () => {
    const { headers } = await signedIn()
    for (const body of [
      { alert_sound: ['huge'] },
      { alert_sound: 'low' },
      { alert_sound: ['low', 'low'] },
      { onboarding_dismissed: 'yes' },
      ...['https://elsewhere.example', '//elsewhere.example', '/\\\\elsewhere.example', '', `/${'x'.repeat(1000)}`].map((path) => ({
        favourites: [{ ...favourite, path }],
      })),
      { favourites: [{ ...favourite, title: '' }] },
      { favourites: Array.from({ length: 51 }, () => favourite) },
    ])
      expect((await send('PATCH', '/api/v1/me/preferences', { body, headers })).status).toBe(422)
  })
})
