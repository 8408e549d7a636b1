import { config } from '../src/core/config'
import type { Refusals } from '../src/core/words'
import { type Kind, kinds } from './kinds'
import { nameForm } from './layout'
import { limits } from './limits'
import { reasons } from './reasons'

// What the document of the API tells of the ingestor's own door. Those of other protocols are told by their standards and docs/ingest.md.

/** Of POST /v1/ingest, by HTTP status. */
const refused: Refusals = {
  400: ['malformed'],
  401: ['unauthenticated'],
  403: ['tenant_suspended'],
  408: ['too_slow'],
  413: ['too_large'],
  415: ['unsupported_encoding'],
  422: ['no_valid_record'],
  429: ['rate_limited'],
  503: ['tenant_pending', 'tenant_suspended', 'unavailable'],
}

const figure = (count: number) => count.toLocaleString('en')

const description = [
  `What is answered with 204 or 200 is stored, once: the same records sent again change nothing. A record that cannot be stored is kept with its reason and holds up none of the others; an administrator sees it, and can have it examined again.`,
  `The key may also be sent as \`Authorization: Bearer KEY\`. A request has at most ${figure(limits.records)} records and ${figure(limits.bodyBytes)} bytes, ${figure(limits.inflatedBytes)} once it is inflated, and a record ${figure(limits.recordBytes)}. After 429 and 503 it is to be sent again, once \`Retry-After\` is over.`,
  `Clients of Prometheus remote write (\`/api/v1/write\`), InfluxDB (\`/write\`, \`/api/v2/write\`) and OpenTelemetry (\`/v1/metrics\`, \`/v1/logs\`) have doors of their own there, with the same key, which answer as their protocols want.`,
].join('\n\n')

const telemetry = {
  type: 'object',
  minProperties: 1,
  maxProperties: limits.metrics + limits.labels,
  propertyNames: { pattern: nameForm.source, maxLength: limits.nameCharacters },
  additionalProperties: { type: ['number', 'string'], maxLength: limits.labelCharacters },
  description: `metrics by their names, of at least one and at most ${limits.metrics} numbers; up to ${limits.labels} texts beside them are labels of all of them`,
}

const schemaOf = ({ fields, keepsOthers }: Kind) => ({
  type: 'object',
  required: Object.entries(fields).flatMap(([name, { isRequired }]) => (isRequired ? [name] : [])),
  properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
  ...(!keepsOthers && { description: 'further fields are left out' }),
})

const recordOf = (kind: string, about: string, data: object) => ({
  title: kind,
  description: about,
  type: 'object',
  required: ['kind', 'timestamp', 'data'],
  properties: {
    kind: { const: kind },
    timestamp: { type: 'string', format: 'date-time', description: 'of 1970 to 2199; what is finer than a millisecond is cut off' },
    ...(kind !== 'telemetry' && {
      id: {
        type: 'string',
        minLength: 1,
        maxLength: limits.idCharacters,
        description: 'by which it is recognized when it comes again, instead of by what it says',
      },
    }),
    data,
  },
})

const record = {
  anyOf: [
    recordOf('telemetry', 'Numbers of one moment', telemetry),
    ...Object.entries(kinds).map(([name, kind]) => recordOf(name, kind.about, schemaOf(kind))),
  ],
}

const example = [
  { kind: 'telemetry', timestamp: '2026-01-02T03:04:05.678Z', data: { cpu_percent: 12.5, memory_percent: 48.1, interface: 'eth0' } },
]

const partly = {
  type: 'object',
  required: ['accepted', 'duplicates', 'rejected'],
  properties: {
    accepted: { type: 'integer', description: 'stored now' },
    duplicates: { type: 'integer', description: 'stored before' },
    rejected: {
      type: 'array',
      maxItems: limits.rejectedListed,
      items: {
        type: 'object',
        required: ['index', 'error', 'detail'],
        properties: {
          index: { type: 'integer', minimum: 0, description: 'where the record stands in the request' },
          error: { oneOf: Object.entries(reasons).map(([word, meaning]) => ({ const: word, description: meaning })) },
          detail: { type: 'string', description: 'one sentence for people, which may change' },
        },
      },
    },
  },
}

/** POST /v1/ingest as an operation of OpenAPI 3.1, by its path; `answersTo` writes refusals. */
export const ingestPaths = <A extends object>(answersTo: (refused: Refusals) => Record<string, A>) => ({
  '/v1/ingest': {
    post: {
      servers: [{ url: config.INGEST_PUBLIC_URL, description: 'the ingestor' }],
      tags: ['ingest'],
      operationId: 'postV1Ingest',
      summary: 'Store records of a device',
      description,
      security: [{ device: [] }],
      parameters: [
        {
          name: 'Content-Encoding',
          in: 'header',
          description: 'how the body is compressed',
          schema: { type: 'string', enum: ['gzip', 'zstd', 'snappy'] },
        },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { type: 'array', maxItems: limits.records, items: record, examples: [example] } },
          'application/x-ndjson': { schema: { type: 'string', description: 'the same records, one a line' } },
        },
      },
      responses: {
        204: { description: 'All is stored' },
        200: { description: 'Some are stored', content: { 'application/json': { schema: partly } } },
        ...answersTo(refused),
      },
    },
  },
})
