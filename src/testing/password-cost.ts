import { limits } from '../core/limits'

// Loaded before all else, by tests and by the processes of the product that journeys start.

const cost = limits as { bcryptCost: number }
export const fullPasswordCost = cost.bcryptCost

/** A quarter of a second of the processor for every password would be most of a run: only what is about that work does it in full. */
export const setPasswordCost = { low: () => void (cost.bcryptCost = 4), full: () => void (cost.bcryptCost = fullPasswordCost) }

setPasswordCost.low()
