import { isId } from '../../core/scope'
import type { Scope } from '../../core/scope'
import { rollUp } from './rollup'
import { purgeTelemetry } from './service'

export const telemetryJobs = {
  'telemetry.purge': async (scope: Scope, { device_id }: Record<string, unknown>) => {
    if (typeof device_id === 'string' && isId(device_id)) await purgeTelemetry(scope, device_id)
  },
  'telemetry.rollup': rollUp,
}
