import { describe, expect, test } from 'bun:test'
import { config } from '../../core/config'
import { type Client, registered, signedIn } from '../../testing/api'
import { addFrames, addLayout } from '../../testing/world'

const told = async (client: Client) => (await client.api.onboarding.get()).data!
const done = async (client: Client) => (await told(client)).steps.filter((step) => step.done).map(({ step }) => step)
const names = async (client: Client) => (await told(client)).steps.map(({ step }) => step)

describe('the checklist of first steps', () => {
  test('is done by what is there, step by step, and undone with it', async () => {
    const client = await signedIn()
    expect(await names(client)).toEqual([
      'org_unit',
      'edge_key',
      'device',
      'telemetry',
      'second_factor',
      'colleague',
      'alert_notice',
      'provider',
    ])
    expect(await done(client)).toEqual([])
    const unit = (await client.api['org-units'].post({ name: 'North' })).data!.id
    expect(await done(client)).toEqual(['org_unit'])
    await client.api['org-units']({ id: unit }).delete()
    expect(await done(client)).toEqual([])

    const device = await registered(client)
    expect(await done(client)).toEqual(['edge_key', 'device'])
    await addFrames(device, await addLayout(client.tenant_id, ['cpu_percent']), [[Date.now(), 12]])
    expect(await done(client)).toEqual(['edge_key', 'device', 'telemetry'])
    await client.api.me.preferences.patch({ alert_sound: ['critical'] })
    const invitation = { email: `${Bun.randomUUIDv7()}@test.example`, group_ids: [], org_unit_scope: 'all' as const }
    expect((await client.api.invitations.post(invitation)).status).toBe(201)
    expect(await done(client)).toEqual(['edge_key', 'device', 'telemetry', 'colleague', 'alert_notice'])
  })

  test('knows who is in company without an invitation', async () => {
    const client = await signedIn()
    await signedIn([], { tenant_id: client.tenant_id })
    expect(await done(client)).toEqual(['colleague'])
  })

  test('asks nobody for what he cannot do, and tells of the organization only who sees the whole of it', async () => {
    const boss = await signedIn()
    const unit = (await boss.api['org-units'].post({ name: 'North' })).data!.id
    const { tenant_id } = boss
    expect(await names(await signedIn(['devices.read', 'alerts.read'], { tenant_id }))).toEqual(['second_factor', 'alert_notice'])
    expect(await names(await signedIn(undefined, { tenant_id, units: [unit] }))).toEqual(['second_factor', 'alert_notice'])
    config.FEATURE_SECURITY = false
    try {
      expect(await names(await signedIn(['alerts.read'], { tenant_id }))).toEqual(['second_factor'])
    } finally {
      config.FEATURE_SECURITY = true
    }
  })

  test('is put away by each for himself', async () => {
    const client = await signedIn()
    const colleague = await signedIn([], { tenant_id: client.tenant_id })
    await client.api.me.preferences.patch({ onboarding_dismissed: true })
    expect(await told(client)).toMatchObject({ dismissed: true })
    expect(await told(colleague)).toMatchObject({ dismissed: false })
  })
})
