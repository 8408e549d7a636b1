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
      return devices.filter(({ key_id }) => {
        const isDue = at - (noted.get(key_id) ?? 0) >= limits.presenceMs
        if (isDue) noted.set(key_id, at)
        return isDue
      })
    },
    undo(devices: Device[]) {
      for (const { key_id } of devices) noted.remove(key_id)
    },
  }
}
