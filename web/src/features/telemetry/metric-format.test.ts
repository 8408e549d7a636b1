import { expect, test } from 'bun:test'
import { kindOf } from './metric-format'

test.each([
  ['process_start_time_seconds', 'avg', 'moment'],
  ['node_boot_time_seconds', 'last', 'moment'],
  ['node_time_seconds', 'max', 'moment'],
  ['backup_last_success_timestamp_seconds', 'avg', 'moment'],
  ['last_seen_timestamp', 'avg', 'moment'],
  ['kube_pod_created', 'avg', 'moment'],
  ['probe_ssl_earliest_cert_expiry', 'min', 'moment'],
  ['x509_cert_not_after', 'avg', 'moment'],
  ['process_start_time_seconds', 'rate', 'number_rate'],
  ['node_disk_io_time_seconds_total', 'avg', 'seconds'],
  ['http_request_time_seconds', 'avg', 'seconds'],
  ['uptime_seconds', 'avg', 'seconds'],
  ['threads_created_total', 'avg', 'number'],
  ['network_receive_bytes_total', 'rate', 'bit_rate'],
  ['disk_written_bytes_total', 'rate', 'bytes_rate'],
  ['memory_used_bytes', 'avg', 'bytes'],
  ['cpu_percent', 'avg', 'percent'],
  ['process_start_time_seconds_gauge', 'avg', 'moment'],
  ['network_receive_bytes_total_counter', 'rate', 'bit_rate'],
  ['power_factor_value', 'avg', 'number'],
] as const)('%s (%s) is %s', (metric, aggregate, kind) => expect(kindOf(metric, aggregate)).toBe(kind))
