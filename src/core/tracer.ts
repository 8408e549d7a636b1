import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { version } from '../../package.json'
import { openAzureMonitor } from './azure-monitor'
import type { Configuration } from './configuration'
import { openOtlpSpans } from './otlp-spans'
import { openSpanQueue } from './span-queue'
import { traceWith } from './spans'

function samplerOf(name: Configuration['OTEL_TRACES_SAMPLER'], ratio: number): Sampler {
  const own = name.replace('parentbased_', '')
  const root =
    own === 'always_on' ? new AlwaysOnSampler() : own === 'always_off' ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio)
  return own === name ? root : new ParentBasedSampler({ root })
}

/** Begins to trace this process, by OTLP where there is a `url`; the returned function sends what is left, for at most a few seconds. */
export function openTracer(configuration: Configuration, url: string, serviceName: string): () => Promise<void> {
  const { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio, OTEL_BSP_SCHEDULE_DELAY: intervalMs } = configuration
  const { OTEL_EXPORTER_OTLP_HEADERS: headers, APPLICATIONINSIGHTS_CONNECTION_STRING: azure } = configuration
  const sends = [
    ...(url ? [openOtlpSpans(url, headers, serviceName)] : []),
    ...(azure ? [openAzureMonitor(azure, serviceName, sampler.endsWith('ratio') ? ratio : 1)] : []),
  ]
  const provider = new TracerProvider({
    sampler: samplerOf(sampler, ratio),
    spanProcessors: sends.map((send) => openSpanQueue(send, intervalMs)),
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  traceWith(provider.getTracer('monozu', version))
  return () => provider.shutdown()
}
