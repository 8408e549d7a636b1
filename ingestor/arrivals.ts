import { now } from '../src/core/clock'
import { boundedMap } from './bounded'
import type { Unit } from './examine'
import { momentsIn } from './frames'
import { limits } from './limits'

/** Five minutes of a device, by their beginning in epoch milliseconds, that frames arrive for. */
export interface Arrival {
  tenant_id: string
  device_id: string
  at: number
}

/**
 * Remembers which five minutes of the present were noted over one connection, so that they are not noted with every batch. It may: a rollup takes up what
 * began ten minutes ago or more (`rollup_due` in drizzle/telemetry.sql), and what is remembered here began less than six minutes ago.
 */
export function openArrivals() {
  const noted = boundedMap<number>(limits.presenceEntries)

  return {
    /** Those that have to be noted with these units. */
    due(units: Unit[]): Arrival[] {
      const remembered = now().getTime() - limits.arrivalsRememberedMs
      const due = new Map<string, Arrival>()
      for (const { device, rows } of units) {
        const { tenant_id, device_id } = device
        const known = noted.get(device_id) ?? 0
        let before = Number.NaN
        for (const moment of momentsIn(rows)) {
          const at = moment - mod(moment, limits.arrivalMs)
          if (at === before || (at === known && at > remembered)) continue
          before = at
          due.set(`${device_id} ${at}`, { tenant_id, device_id, at })
        }
      }
      return [...due.values()]
    },
    /** After COMMIT. */
    note(arrivals: Arrival[]) {
      const present = now().getTime()
      for (const { device_id, at } of arrivals) if (at <= present && at > present - limits.arrivalsRememberedMs) noted.set(device_id, at)
    },
  }
}

const mod = (value: number, by: number) => ((value % by) + by) % by
