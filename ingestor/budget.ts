import { limits } from './limits'
import { busy } from './refusals'

/** What one request may hold of memory, counted in bytes of its body. */
export interface Share {
  /** Throws a 503 where all requests together would hold more than the budget. */
  take: (bytes: number) => void
  giveBack: () => void
}

/** Bounds the memory of all requests in work; a request returns its share once it is answered. */
export function openBudget(mostBytes: number = limits.budgetBytes) {
  let takenBytes = 0
  return {
    open(): Share {
      let ownBytes = 0
      return {
        take(bytes) {
          if (takenBytes + bytes > mostBytes) throw busy('Too much is waiting to be stored just now')
          takenBytes += bytes
          ownBytes += bytes
        },
        giveBack() {
          takenBytes -= ownBytes
          ownBytes = 0
        },
      }
    },
  }
}
