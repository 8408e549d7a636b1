import type { Configuration } from './configuration'

/** Where spans go by OTLP; empty where they do not. */
function tracesUrl(configuration: Configuration): string {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = configuration
  return configuration.OTEL_TRACES_EXPORTER === 'none' ? '' : whole || (endpoint && `${endpoint}/v1/traces`)
}

/** Runs a process with its spans exported wherever the configuration says so, and with nothing of tracing loaded where it does not. */
export async function traced<T>(service: string, configuration: Configuration, run: () => Promise<T>): Promise<T> {
  const url = tracesUrl(configuration)
  if (!url && !configuration.APPLICATIONINSIGHTS_CONNECTION_STRING) return run()
  const { openTracer } = await import('./tracer')
  const close = openTracer(configuration, url, configuration.OTEL_SERVICE_NAME || service)
  try {
    return await run()
  } finally {
    await close()
  }
}
