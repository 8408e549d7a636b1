import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { hostname } from 'node:os'
import { version } from '../../package.json'
import { post } from './otlp'
import type { SpanRecord } from './span-queue'

/** What APPLICATIONINSIGHTS_CONNECTION_STRING says. */
export interface AzureMonitor {
  instrumentationKey: string
  ingestionEndpoint: string
}

const two = (value: number) => String(value).padStart(2, '0')

/** A .NET TimeSpan: days, hours, minutes, seconds, and those in tenths of a microsecond. */
function timeSpan([seconds, nanoseconds]: [number, number]): string {
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)]
  const fraction = String(Math.floor(nanoseconds / 100)).padStart(7, '0')
  return `${days ? `${days}.` : ''}${two(hours % 24)}:${two(minutes % 60)}:${two(seconds % 60)}.${fraction}`
}

const incoming = new Set([SpanKind.SERVER, SpanKind.CONSUMER])

/** As Application Insights knows it: what somebody asked of us or a job is a request, everything else a dependency. */
function envelope({ name, kind, trace_id, span_id, parent_id, startTime, duration, status, attributes }: SpanRecord) {
  const isRequest = incoming.has(kind)
  const { 'http.response.status_code': code = 0, 'db.system.name': database, 'monozu.peer': peer, ...properties } = attributes
  const told = { ver: 2, id: span_id, name, duration: timeSpan(duration), success: status.code !== SpanStatusCode.ERROR, properties }
  return {
    time: new Date(startTime[0] * 1000 + startTime[1] / 1e6).toISOString(),
    tags: {
      'ai.operation.id': trace_id,
      ...(parent_id && { 'ai.operation.parentId': parent_id }),
      ...(isRequest && { 'ai.operation.name': name }),
    },
    kind: isRequest ? 'Request' : 'RemoteDependency',
    baseData: isRequest
      ? { ...told, responseCode: String(code), success: told.success && Number(code) < 400 }
      : { ...told, resultCode: String(code), type: database ?? (peer ? 'HTTP' : 'InProc'), target: database ?? peer ?? '' },
  }
}

/** Sends spans as Azure Monitor takes them (`/v2.1/track`); `ratio` of all traces is what there is to see. */
export function openAzureMonitor({ instrumentationKey, ingestionEndpoint }: AzureMonitor, serviceName: string, ratio: number) {
  const role = { 'ai.cloud.role': serviceName, 'ai.cloud.roleInstance': hostname(), 'ai.internal.sdkVersion': `monozu:${version}` }
  return (spans: SpanRecord[]) =>
    post(
      `${ingestionEndpoint}/v2.1/track`,
      {},
      spans.map(envelope).map(({ time, tags, kind, baseData }) => ({
        ver: 1,
        name: `Microsoft.ApplicationInsights.${kind}`,
        time,
        sampleRate: ratio * 100,
        iKey: instrumentationKey,
        tags: { ...role, ...tags },
        data: { baseType: `${kind}Data`, baseData },
      })),
    )
}
