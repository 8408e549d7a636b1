import { afterAll } from 'bun:test'
import { limits } from '../core/limits'

const cost = limits as { bcryptCost: number }
export const fullPasswordCost = cost.bcryptCost

/** A quarter of a second of the processor for every password would be most of a run: only what is about that work does it in full. */
export const lowerPasswordCost = () => void (cost.bcryptCost = 4)

/** From here to the end of the file. */
export function atFullPasswordCost() {
  cost.bcryptCost = fullPasswordCost
  afterAll(lowerPasswordCost)
}
