import { type Family, countBy, openHistogram, processFamilies } from '../src/core/metrics'
import type { Unit } from './examine'
import { valuesIn } from './frames'

const flushSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What is so at the moment it is asked for. */
interface Levels {
  bodyBytes: number
  queueBytes: number
  spoolBytes: number
  damaged: number
  foreignBytes: number
  isAway: boolean
  inFlight: number
}

const countOf = ({ frames, records }: Unit) => frames + records.length

/** Counts what the ingestor does. No tenant, device or name of a metric is in any label. */
export function openMeter() {
  const requests = countBy('status')
  const records = countBy('outcome')
  const rejects = countBy('reason')
  const batches = countBy('outcome')
  const flush = openHistogram(flushSeconds)
  let values = 0
  let receivedBytes = 0
  let storedBytes = 0

  return {
    answered: (status: number) => requests.add(status),
    received: (bytes: number) => void (receivedBytes += bytes),
    examined({ rejected }: Unit) {
      for (const { error } of rejected) rejects.add(error)
    },
    /** One transaction, `added` of whose records were not there yet. */
    stored(units: Unit[], added: number, seconds: number) {
      const count = units.reduce((sum, unit) => sum + countOf(unit), 0)
      batches.add('stored')
      records.add('stored', added)
      records.add('duplicate', count - added)
      for (const { bytes, rows, frames } of units) {
        storedBytes += bytes
        values += valuesIn(rows, frames)
      }
      flush.observe(seconds)
    },
    failed: () => batches.add('failed'),
    spooled: (unit: Unit) => records.add('spooled', countOf(unit)),
    families({ bodyBytes, queueBytes, spoolBytes, damaged, foreignBytes, isAway, inFlight }: Levels): Family[] {
      const counter = (name: string, help: string, samples: { value: number }[]): Family => ({ name, help, type: 'counter', samples })
      const gauge = (name: string, help: string, value: number): Family => ({ name, help, type: 'gauge', samples: [{ value }] })
      return [
        counter('monozu_ingestor_requests_total', 'Requests answered, by status', requests.samples()),
        counter('monozu_ingestor_records_total', 'Records acknowledged, by what became of them', records.samples()),
        counter('monozu_ingestor_rejected_records_total', 'Records refused, by reason', rejects.samples()),
        counter('monozu_ingestor_values_total', 'Numbers of telemetry that were committed', [{ value: values }]),
        counter('monozu_ingestor_batches_total', 'Transactions, by outcome', batches.samples()),
        counter('monozu_ingestor_received_bytes_total', 'Bodies as they came and, where compressed, inflated', [{ value: receivedBytes }]),
        counter('monozu_ingestor_stored_bytes_total', 'What was written to the database', [{ value: storedBytes }]),
        {
          name: 'monozu_ingestor_flush_seconds',
          help: 'How long a transaction took',
          type: 'histogram',
          bounds: flush.bounds,
          samples: flush.samples(),
        },
        gauge('monozu_ingestor_in_flight_requests', 'Requests being worked on', inFlight),
        gauge('monozu_ingestor_body_bytes', 'Memory that bodies in work hold', bodyBytes),
        gauge('monozu_ingestor_queue_bytes', 'What waits for its transaction', queueBytes),
        gauge(
          'monozu_ingestor_spool_bytes',
          'What is acknowledged and kept on disk until the database is back, and what was set aside',
          spoolBytes,
        ),
        gauge('monozu_ingestor_spool_damaged', 'Records of the spool that were set aside because they cannot be stored', damaged),
        gauge('monozu_ingestor_spool_foreign_bytes', 'What the spool holds for the databases of other installations', foreignBytes),
        gauge('monozu_ingestor_database_away', '1 while the database takes nothing', isAway ? 1 : 0),
        ...processFamilies(),
      ]
    },
  }
}

export type Meter = ReturnType<typeof openMeter>
