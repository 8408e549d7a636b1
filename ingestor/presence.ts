import { now } from '../src/core/clock'
import { boundedMap } from './bounded'
import type { Device } from './keys'
import { limits } from './limits'

/** Which devices to note as seen: each at most once in ten seconds, so that presence is no write of every request. */
export function openPresence() {
  const noted = boundedMap<number>(limits.presenceEntries)
  return {
    /** Those that are due; they count as noted until `undo`. */
    due(devices: Device[]): Device[] {
      const at = now().getTime()
      const some = new Map(devices.map((device) => [device.device_id, device]))
      const due = [...some.values()].filter(({ device_id }) => at - (noted.get(device_id) ?? 0) >= limits.presenceMs)
      for (const { device_id } of due) noted.set(device_id, at)
      return due
    },
    undo(devices: Device[]) {
      for (const { device_id } of devices) noted.remove(device_id)
    },
  }
}
