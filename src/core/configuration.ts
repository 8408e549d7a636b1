import { readFileSync } from 'node:fs'
import type { AzureMonitor } from './azure-monitor'
import { ConfigurationProblem } from './configuration-problem'
import { asDatabaseUrl } from './database-url'
import { asDomain } from './email-domain'
import { limits } from './limits'
import { readNetwork } from './networks'

type Reader<T> = (value: string) => T
const refuse = (why: string): never => {
  throw new Error(why)
}

const text: Reader<string> = (value) => value
const list: Reader<string[]> = (value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
const flag: Reader<boolean> = (value) =>
  /^(true|1|yes|on)$/i.test(value) ? true : /^(false|0|no|off)$/i.test(value) ? false : refuse('must be true or false')
const choice =
  <const T extends string>(...values: T[]): Reader<T> =>
  (value) =>
    values.find((known) => known === value) ?? refuse(`must be one of ${values.join(', ')}`)
const whole =
  (least: number, most: number): Reader<number> =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most
      ? Number(value)
      : refuse(`must be a whole number from ${least} to ${most}`)
const url =
  (...schemes: string[]): Reader<string> =>
  (value) =>
    URL.canParse(value) && schemes.includes(new URL(value).protocol)
      ? value.replace(/\/$/, '')
      : refuse(`must be a URL (${schemes.join(' ')})`)

const databaseUrl: Reader<string> = (value) => asDatabaseUrl(url('postgres:', 'postgresql:')(value))

const ratio: Reader<number> = (value) =>
  /^(0|1|[01]?\.\d+)$/.test(value) && Number(value) <= 1 ? Number(value) : refuse('must be a number from 0 to 1')

const atHome = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
/** As Azure shows it: key=value pairs with semicolons between; the key it holds must not travel in the clear. */
const azureMonitor: Reader<AzureMonitor | undefined> = (value) => {
  const parts = Object.fromEntries(
    value.split(';').map((part) => [part.split('=')[0]!.trim().toLowerCase(), part.split('=')[1]?.trim() ?? '']),
  )
  const instrumentationKey = parts.instrumentationkey ?? ''
  const ingestionEndpoint = (parts.ingestionendpoint || 'https://dc.services.visualstudio.com').replace(/\/$/, '')
  const { protocol, hostname } = URL.canParse(ingestionEndpoint) ? new URL(ingestionEndpoint) : { protocol: '', hostname: '' }
  const isSafe = protocol === 'https:' || (protocol === 'http:' && atHome.test(hostname))
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(instrumentationKey) && isSafe
    ? { instrumentationKey, ingestionEndpoint }
    : refuse('must be a connection string of Application Insights: InstrumentationKey=...;IngestionEndpoint=https://...')
}

const weakKeys = /^(.)\1+$|changeme|secret|password|example|default|12345678/i
const secretKey: Reader<string> = (value) => {
  if (value.length < 32) refuse('must have at least 32 characters')
  if (Bun.env.NODE_ENV === 'production' && (weakKeys.test(value) || new Set(value).size < 10)) refuse('is too easy to guess')
  return value
}
const keyRing: Reader<{ kid: string; key: Buffer }[]> = (value) => {
  const ring = list(value).map((entry) => {
    const [kid = '', encoded = ''] = entry.split(':')
    const key = Buffer.from(encoded, 'base64')
    return /^[\w-]{1,32}$/.test(kid) && key.length === 32 ? { kid, key } : refuse('must be kid:base64 of 32 bytes, comma separated')
  })
  if (!ring.length || new Set(ring.map(({ kid }) => kid)).size < ring.length)
    refuse('must hold at least one key, each under a name of its own')
  return ring
}
const tokens: Reader<string[]> = (value) => {
  const all = list(value)
  return all.every((token) => /^[\x21-\x7e]{32,}$/.test(token)) ? all : refuse('must be tokens of at least 32 characters, comma separated')
}
/** As OTEL_EXPORTER_OTLP_HEADERS is written: name=value, comma separated, values percent-encoded. */
const headers: Reader<Record<string, string>> = (value) =>
  Object.fromEntries(
    list(value).map((pair) => {
      const [, name = '', text = ''] = /^([\w-]+)\s*=\s*([\x21-\x7e]*)$/.exec(pair) ?? refuse('must be name=value, comma separated')
      return [name.toLowerCase(), decodeURIComponent(text)]
    }),
  )
/** As Standard Webhooks writes them: base64, after whsec_ or alone. Any other text stands for its bytes. */
const webhookSecrets: Reader<Buffer[]> = (value) =>
  list(value).map((text) => {
    const encoded = text.replace(/^whsec_/, '')
    const decoded = Buffer.from(encoded, 'base64')
    const secret = decoded.toString('base64') === encoded ? decoded : Buffer.from(text)
    return secret.length >= 24 ? secret : refuse('must be secrets of at least 24 bytes, comma separated')
  })
/** Compared letter by letter with what browsers send, so they are written as browsers do. */
const origins: Reader<string[]> = (value) =>
  list(value).map((part) =>
    URL.canParse(part) && /^https?:$/.test(new URL(part).protocol)
      ? new URL(part).origin
      : refuse('must be origins (https://host), comma separated'),
  )

/** Compared whole with the domain of an address, which is brought into the same form. */
const emailDomains: Reader<string[]> = (value) =>
  list(value).map((part) => asDomain(part) ?? refuse('must be e-mail domains, comma separated'))

const networks: Reader<string[]> = (value) =>
  list(value).map((part) => (readNetwork(part) ? part : refuse('must be networks (address/bits), comma separated')))

/** The whole configuration: reader and default of each variable. A variable without a default is empty until a command requires it. */
const variables = {
  DATABASE_URL: [databaseUrl, ''],
  DATABASE_POOL: [whole(1, 200), 10],
  SECRET_KEY: [secretKey, ''],
  SECRET_KEY_PREVIOUS: [secretKey, ''],
  ENCRYPTION_KEYS: [keyRing, [] as { kid: string; key: Buffer }[]],
  ACCESS_TOKEN_EXPIRE_MINUTES: [whole(1, 1440), 60],
  REFRESH_TOKEN_EXPIRE_DAYS: [whole(1, 365), 7],
  MFA_ISSUER: [text, 'MonozuCloud'],
  AUTH_POLICY: [choice('standard', 'restricted'), 'standard' as const],
  PWNED_PASSWORDS_URL: [url('http:', 'https:', 'file:'), ''],
  REGISTRATION: [choice('open', 'closed'), 'open' as const],
  AUTH_ALLOWED_EMAIL_DOMAINS: [emailDomains, [] as string[]],
  DNS_SERVER: [text, ''],
  SSO_HANDOFF: [choice('code', 'token'), 'code' as const],
  OIDC_PRIVATE_NETWORKS: [networks, [] as string[]],
  MS_AUTHORITY: [url('http:', 'https:'), 'https://login.microsoftonline.com'],
  MS_CLIENT_ID: [text, ''],
  MS_CLIENT_SECRET: [text, ''],
  MS_TENANT_ID: [text, ''],
  ALLOW_ORIGINS: [origins, [] as string[]],
  REFRESH_COOKIE_SAMESITE: [choice('strict', 'lax', 'none'), 'strict' as const],
  API_PUBLIC_URL: [url('http:', 'https:'), 'http://localhost:8000'],
  APP_BASE_URL: [url('http:', 'https:'), ''],
  INGEST_PUBLIC_URL: [url('http:', 'https:'), 'http://localhost:8090'],
  RESEND_API_KEY: [text, ''],
  RESEND_URL: [url('http:', 'https:'), 'https://api.resend.com'],
  SMTP_URL: [url('smtp:', 'smtps:'), ''],
  MAIL_FROM: [text, 'Monozu Cloud <no-reply@localhost>'],
  INTERNAL_TOKEN: [tokens, [] as string[]],
  CLOUD_WEBHOOK_HMAC_SECRET: [webhookSecrets, [] as Buffer[]],
  MANAGEMENT_URL: [url('http:', 'https:'), ''],
  CLOUD_URL: [url('http:', 'https:'), 'http://localhost:8000'],
  HOST: [text, '0.0.0.0'],
  PORT: [whole(1, 65_535), 0],
  API_PORT: [whole(1, 65_535), 8000],
  MANAGEMENT_PORT: [whole(1, 65_535), 8080],
  INGESTOR_PORT: [whole(1, 65_535), 8090],
  SPOOL_DIR: [text, ''],
  SPOOL_BYTES: [whole(0, 1_099_511_627_776), 1_073_741_824],
  TENANT_VALUES_PER_SECOND: [whole(0, 1_000_000_000), 0],
  TENANT_BYTES_PER_SECOND: [whole(0, 1_099_511_627_776), 0],
  DRAIN_SECONDS: [whole(0, 300), 5],
  METRICS_TOKEN: [tokens, [] as string[]],
  OTEL_EXPORTER_OTLP_ENDPOINT: [url('http:', 'https:'), ''],
  OTEL_EXPORTER_OTLP_HEADERS: [headers, {}],
  OTEL_METRIC_EXPORT_INTERVAL: [whole(100, 86_400_000), 60_000],
  OTEL_SERVICE_NAME: [text, ''],
  OTEL_TRACES_EXPORTER: [choice('otlp', 'none'), 'otlp' as const],
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: [url('http:', 'https:'), ''],
  OTEL_TRACES_SAMPLER: [
    choice('always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'),
    'parentbased_always_on' as const,
  ],
  OTEL_TRACES_SAMPLER_ARG: [ratio, 1],
  OTEL_BSP_SCHEDULE_DELAY: [whole(10, 3_600_000), 5_000],
  APPLICATIONINSIGHTS_CONNECTION_STRING: [azureMonitor, undefined],
  HTTP_READ_BUFFER_BYTES: [whole(4096, 1_048_576), 65_536],
  HTTP_WRITE_BUFFER_BYTES: [whole(4096, 1_048_576), 65_536],
  TRUST_PROXY_HOPS: [whole(0, 10), 0],
  FEATURE_SECURITY: [flag, true],
  FEATURE_VPN: [flag, true],
  FEATURE_BACKUP: [flag, true],
  FEATURE_CMDB: [flag, true],
  FEATURE_ITSM: [flag, true],
  FEATURE_IOT: [flag, true],
  FEATURE_OIDC: [flag, false],
  TELEMETRY_RAW_DAYS: [whole(1, 3650), 90],
  TELEMETRY_ROLLUP_DAYS: [whole(1, 3650), 730],
  ADMIN_PANEL_ENABLED: [flag, false],
  SUPPORT_MAX_HOURS: [whole(1, limits.supportHours), 8],
  CLOUD_CONSOLE_URL: [url('http:', 'https:'), ''],
  TENANT_DELETION_DAYS: [whole(0, 3650), 30],
  DATABASE_APP_PASSWORD: [text, ''],
  DATABASE_INGEST_PASSWORD: [text, ''],
  DATABASE_MANAGEMENT_PASSWORD: [text, ''],
} satisfies Record<string, [Reader<unknown>, unknown]>

type Name = keyof typeof variables
export type Configuration = { [K in Name]: ReturnType<(typeof variables)[K][0]> }

/** The text of `X`, or of the file that `X_FILE` names (Docker and Kubernetes secrets); both at once are a mistake. */
function textOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const path = env[`${name}_FILE`]
  if (!path) return env[name] || undefined
  if (env[name]) refuse(`and ${name}_FILE are both set`)
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return refuse(`cannot be read from the file in ${name}_FILE`)
  }
}

function contradictions(configuration: Configuration): string[] {
  const { AUTH_POLICY, AUTH_ALLOWED_EMAIL_DOMAINS, REFRESH_COOKIE_SAMESITE, API_PUBLIC_URL } = configuration
  const { MS_AUTHORITY, MS_CLIENT_ID, MS_CLIENT_SECRET } = configuration
  const problems: string[] = []
  if (Boolean(MS_CLIENT_ID) !== Boolean(MS_CLIENT_SECRET)) problems.push('MS_CLIENT_ID and MS_CLIENT_SECRET belong together')
  if (MS_AUTHORITY.startsWith('http:') && !atHome.test(new URL(MS_AUTHORITY).hostname))
    problems.push('MS_AUTHORITY must be https, but for a provider on this very machine')
  if (configuration.OIDC_PRIVATE_NETWORKS.length && (Bun.env.NODE_ENV === 'production' || API_PUBLIC_URL.startsWith('https:')))
    problems.push('OIDC_PRIVATE_NETWORKS is for development: not in production, and not with an https API_PUBLIC_URL')
  if (configuration.MANAGEMENT_URL && !configuration.INTERNAL_TOKEN.length) problems.push('INTERNAL_TOKEN is required with MANAGEMENT_URL')
  if (AUTH_POLICY === 'restricted' && !AUTH_ALLOWED_EMAIL_DOMAINS.length)
    problems.push('AUTH_ALLOWED_EMAIL_DOMAINS is required when AUTH_POLICY is restricted')
  if (REFRESH_COOKIE_SAMESITE === 'none' && !API_PUBLIC_URL.startsWith('https:'))
    problems.push('REFRESH_COOKIE_SAMESITE=none needs an https API_PUBLIC_URL')
  if (configuration.TELEMETRY_ROLLUP_DAYS < configuration.TELEMETRY_RAW_DAYS)
    problems.push('TELEMETRY_ROLLUP_DAYS must not be less than TELEMETRY_RAW_DAYS')
  return problems
}

/** Reads every variable; throws one ConfigurationProblem that names all that are wrong, and those of `required` that are missing. */
export function readConfiguration(env: NodeJS.ProcessEnv, required: Name[] = []): Configuration {
  const problems: string[] = []
  const read = Object.entries(variables).map(([name, [reader, fallback]]) => {
    try {
      const value = textOf(env, name)
      if (value === undefined && required.includes(name as Name)) refuse('is required')
      return [name, value === undefined ? fallback : reader(value)]
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`)
      return [name, fallback]
    }
  })
  const configuration = Object.fromEntries(read) as Configuration
  problems.push(...contradictions(configuration))
  if (problems.length) throw new ConfigurationProblem(problems)
  configuration.APP_BASE_URL ||= configuration.API_PUBLIC_URL
  return configuration
}
