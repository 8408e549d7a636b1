import { now } from '../src/core/clock'
import { boundedMap } from './bounded'
import type { Device } from './keys'
import { limits } from './limits'

/** Which devices to note as seen, with the keys they used: each at most once in ten seconds, so that presence is no write of every request. */
export function openPresence() {
  const noted = boundedMap<number>(limits.presenceEntries)
  return {
    /** Those that are due; they count as noted until `undo`. */
    due(devices: Device[]): Device[] {
      const at = now().getTime()
      const some = new Map(devices.map((device) => [device.key_id, device]))
      const due = [...some.values()].filter(({ key_id }) => at - (noted.get(key_id) ?? 0) >= limits.presenceMs)
      for (const { key_id } of due) noted.set(key_id, at)
      return due
    },
    undo(devices: Device[]) {
      for (const { key_id } of devices) noted.remove(key_id)
    },
  }
}
