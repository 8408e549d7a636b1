/** Where the ingestor is, without a slash at its end and taken apart, and as whom to send. */
type Sending = { base: string; url: URL; key: string }

// What may already be there and reports by a protocol of its own: docs/ingest.md. Each tells what its settings are.

const prometheus = ({ base, key }: Sending) => `remote_write:
  - url: ${base}/api/v1/write
    authorization: { credentials: ${key} }
    queue_config: { max_shards: 1, max_samples_per_send: 5000, retry_on_http_429: true }`

const telegraf = ({ base, key }: Sending) => `[[outputs.influxdb_v2]]
  urls = ["${base}"]
  token = "${key}"
  organization = "any"
  bucket = "any"`

const portOf = ({ port, protocol }: URL) => port || (protocol === 'https:' ? '443' : '80')

const proxmox = ({ url, key }: Sending) => `pvesh create /cluster/metrics/server/monozu --type influxdb \\
  --influxdbproto ${url.protocol.slice(0, -1)} --server ${url.hostname} --port ${portOf(url)} \\
  --token ${key} --max-body-size 4000000`

const icinga = ({ url, key }: Sending) => `object Influxdb2Writer "monozu" {
  host = "${url.hostname}"
  port = ${portOf(url)}
  ssl_enable = ${url.protocol === 'https:'}
  organization = "any"
  bucket = "any"
  auth_token = "${key}"
  host_template = {
    measurement = "$host.check_command$"
    tags = { hostname = "$host.name$" }
  }
  service_template = {
    measurement = "$service.check_command$"
    tags = { hostname = "$host.name$", service = "$service.name$" }
  }
}`

const opentelemetry = ({ base, key }: Sending) => `exporters:
  otlphttp:
    metrics_endpoint: ${base}/v1/metrics
    logs_endpoint: ${base}/v1/logs
    headers: { authorization: Bearer ${key} }
    compression: gzip`

const syslog = ({ base, key }: Sending) => `destination monozu {
  http(
    url("${base}/v1/ingest")
    headers("X-Device-Key: ${key}", "Content-Type: application/x-ndjson")
    body("$(format-json kind=log timestamp=$ISODATE data.level=$LEVEL data.message=$MESSAGE data.source=$PROGRAM data.host=$HOST)")
    batch-lines(500) batch-timeout(1000) timeout(15)
    response-action(429 => retry)
    disk-buffer(reliable(yes) disk-buf-size(1073741824))
  );
};`

const program = ({ base, key }: Sending) => `curl ${base}/v1/ingest -H 'X-Device-Key: ${key}' -d '[
  { "kind": "telemetry", "timestamp": "${new Date().toISOString()}", "data": { "cpu_percent": 12.5 } }
]'`

export const senders = { prometheus, telegraf, proxmox, icinga, opentelemetry, syslog, program }

export type Sender = keyof typeof senders

/** Of which the settings are a command that makes them. */
export const isCommand = (sender: Sender) => sender === 'proxmox' || sender === 'program'

export function settingsOf(sender: Sender, { ingest_url, device_key }: { ingest_url: string; device_key: string }): string {
  const base = ingest_url.replace(/\/v1\/ingest$/, '')
  return senders[sender]({ base, url: new URL(base), key: device_key })
}
