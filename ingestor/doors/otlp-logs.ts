import { hashOf } from '../../src/core/secrets'
import { limits } from '../limits'
import { Refusal } from '../refusals'
import { openEntries } from './entries'
import { type Message, instantOf, listOf, messageOf, nanosOf, numberOf, textOf } from './otlp-fields'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** Severity numbers come in fours (opentelemetry.io/docs/specs/otel/logs/data-model). */
function levelOf(severity: number, text: string): string {
  return levels[Math.ceil(severity / 4) - 1] ?? (text.toLowerCase().slice(0, 32) || 'unspecified')
}

/** An AnyValue as JSON has it. An integer past 2^53, NaN and infinities become texts: nothing is rounded. Throws a Refusal. */
function contentOf(given: unknown, level: number): unknown {
  if (level > limits.depth) throw new Refusal('too_deep', `A record may have at most ${limits.depth} levels`)
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = messageOf(given)
  if (typeof stringValue === 'string') return stringValue
  if (typeof boolValue === 'boolean') return boolValue
  if (arrayValue !== undefined) return listOf(messageOf(arrayValue)['values']).map((each) => contentOf(each, level + 1))
  if (kvlistValue !== undefined) return fieldsOf(messageOf(kvlistValue)['values'], level + 1)
  if (typeof bytesValue === 'string') return bytesValue
  const text = intValue ?? doubleValue
  const number = numberOf(text)
  if (number === undefined) return null
  const isExact = Number.isFinite(number) && (intValue === undefined || Number.isSafeInteger(number))
  return isExact ? number : String(text)
}

const fieldsOf = (given: unknown, level: number) =>
  Object.fromEntries(
    listOf(given).map((each) => {
      const { key, value } = messageOf(each)
      return [textOf(key), contentOf(value, level)]
    }),
  )

const own = new Set([
  'level',
  'message',
  'source',
  'body',
  'scope',
  'resource',
  'event_name',
  'severity_text',
  'trace_id',
  'span_id',
  'time_unix_nano',
])

/** Beside the fields that a record has by itself. */
const attributesOf = (given: unknown) =>
  Object.entries(fieldsOf(given, 3)).map(([name, content]) => [own.has(name) ? `attributes.${name}` : name, content] as const)

interface Origin {
  source: string
  scope: string
  resource: Record<string, unknown>
}

function originOf(resource: Message, scope: Message): Origin {
  const attributes = fieldsOf(resource['attributes'], 4)
  const name = textOf(scope['name'])
  return { source: textOf(attributes['service.name']) || name, scope: name, resource: attributes }
}

function dataOf(record: Message, { source, scope, resource }: Origin, nanos: string) {
  const severity_text = textOf(record['severityText'])
  const level = levelOf(numberOf(record['severityNumber']) ?? 0, severity_text)
  const event_name = textOf(record['eventName'])
  const body = contentOf(record['body'], 3)
  const text = typeof body === 'string' ? body : body === null ? event_name : JSON.stringify(body)
  // As syslog says that there is none (RFC 5424, section 6).
  const message = text.slice(0, limits.longTextCharacters) || '-'
  const [trace_id, span_id] = [textOf(record['traceId']), textOf(record['spanId'])]
  return Object.fromEntries([
    ...attributesOf(record['attributes']),
    ['level', level],
    ['message', message],
    ['source', source.slice(0, limits.shortTextCharacters)],
    // What the message cannot hold.
    ...(body !== null && body !== '' && body !== message ? [['body', body]] : []),
    ...(event_name ? [['event_name', event_name]] : []),
    ...(severity_text && severity_text.toLowerCase() !== level ? [['severity_text', severity_text]] : []),
    ...(scope && scope !== source ? [['scope', scope]] : []),
    ...(Object.keys(resource).length ? [['resource', resource]] : []),
    ...(/[1-9a-f]/i.test(trace_id) ? [['trace_id', trace_id.toLowerCase()]] : []),
    ...(/[1-9a-f]/i.test(span_id) ? [['span_id', span_id.toLowerCase()]] : []),
    ...(nanos.endsWith('000000') ? [] : [['time_unix_nano', nanos]]),
  ] as [string, unknown][])
}

/**
 * Of an ExportLogsServiceRequest. A record has no id, so what it says is its key, counted where a body says the same more than once: sent
 * again, each is recognized. Throws a 400 or a 413.
 */
export function readLogs(body: unknown) {
  const entries = openEntries()
  const times = new Map<string, number>()

  function read(record: Message, origin: Origin) {
    const nanos = nanosOf(record['timeUnixNano']) || nanosOf(record['observedTimeUnixNano'])
    if (!nanos) throw new Refusal('malformed', 'A record must have its time_unix_nano or observed_time_unix_nano')
    const at = instantOf(nanos)
    const data = dataOf(record, origin, nanos)
    const text = JSON.stringify([nanos, data])
    if (Buffer.byteLength(text) > limits.recordBytes)
      throw new Refusal('record_too_large', `A record may have at most ${limits.recordBytes} bytes`)
    const hash = hashOf(text)
    const count = times.get(hash) ?? 0
    times.set(hash, count + 1)
    entries.add({ draft: { at, kind: 'log', id: count ? `${hash}.${count}` : hash, data } })
  }

  for (const each of listOf(messageOf(body)['resourceLogs'])) {
    const { resource, scopeLogs } = messageOf(each)
    for (const some of listOf(scopeLogs)) {
      const { scope, logRecords } = messageOf(some)
      let origin: Origin | undefined
      for (const each of listOf(logRecords)) {
        const record = messageOf(each)
        try {
          read(record, (origin ??= originOf(messageOf(resource), messageOf(scope))))
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          entries.refuse(error, shown(record))
        }
      }
    }
  }
  return entries.items()
}

/** What is kept of one that is refused, as its JSON has it. */
function shown(record: Message): string {
  try {
    return JSON.stringify({ kind: 'log', record })
  } catch {
    // More levels than the stack holds.
    return JSON.stringify({ kind: 'log', time_unix_nano: nanosOf(record['timeUnixNano']) })
  }
}
