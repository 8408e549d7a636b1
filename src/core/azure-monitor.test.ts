import { afterAll, expect, test } from 'bun:test'
import { withPassword } from '../testing/account'
import { eventually } from '../testing/eventually'
import { startApi } from '../testing/process'

interface Envelope {
  ver: number
  name: string
  time: string
  sampleRate: number
  iKey: string
  tags: Record<string, string>
  data: { baseType: string; baseData: Record<string, unknown> & { properties: Record<string, string> } }
}

const sent: { path: string; envelopes: Envelope[] }[] = []
let status = 503
const azure = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const envelopes = (await request.json()) as Envelope[]
    if (status === 200) sent.push({ path: new URL(request.url).pathname, envelopes })
    return Response.json({ itemsReceived: envelopes.length, itemsAccepted: envelopes.length, errors: [] }, { status })
  },
})
afterAll(() => azure.stop(true))

const key = '11111111-2222-4333-8444-555555555555'

test('Application Insights gets requests and what they depend on, as one operation, once it can be reached', async () => {
  const api = await startApi({
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${key};IngestionEndpoint=http://127.0.0.1:${azure.port}/;LiveEndpoint=https://live.example/`,
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '1',
  })
  const { email } = await withPassword()
  const answer = await fetch(`${api.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'not the password at all' }),
  })
  expect(answer.status).toBe(401)
  expect(await eventually(() => api.output().includes('spans cannot be exported'), 5_000)).toBe(true)
  status = 200
  const requests = () => sent.flatMap(({ envelopes }) => envelopes).filter(({ data }) => data.baseType === 'RequestData')
  expect(await eventually(() => requests().length > 0, 5_000)).toBe(true)
  const [request] = requests()
  expect(sent[0]!.path).toBe('/v2.1/track')
  expect(request).toMatchObject({
    ver: 1,
    name: 'Microsoft.ApplicationInsights.Request',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    sampleRate: 100,
    iKey: key,
    tags: { 'ai.cloud.role': 'monozu-api', 'ai.operation.name': 'POST /api/v1/auth/login' },
    data: {
      baseData: {
        ver: 2,
        name: 'POST /api/v1/auth/login',
        duration: expect.stringMatching(/^00:00:\d\d\.\d{7}$/),
        success: false,
        responseCode: '401',
        properties: { 'error.type': 'invalid_credentials', 'monozu.request_id': answer.headers.get('x-request-id') },
      },
    },
  })
  const beneath = sent
    .flatMap(({ envelopes }) => envelopes)
    .filter(({ tags }) => tags['ai.operation.id'] === request!.tags['ai.operation.id'] && tags['ai.operation.parentId'])
  expect(beneath.length).toBeGreaterThan(0)
  for (const { name, tags, data } of beneath) {
    expect([name, data.baseType]).toEqual(['Microsoft.ApplicationInsights.RemoteDependency', 'RemoteDependencyData'])
    expect(tags['ai.operation.parentId']).toBe(request!.data.baseData.id as string)
    expect(data.baseData).toMatchObject({ name: 'transaction', type: 'postgresql', target: 'postgresql', success: true })
  }
  expect(JSON.stringify(sent)).not.toContain(email)
  expect(await api.stop()).toBe(0)
  expect(api.output()).not.toContain(key)
}, 30_000)
