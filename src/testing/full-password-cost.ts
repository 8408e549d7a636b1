import { afterAll } from 'bun:test'
import { setPasswordCost } from './password-cost'

/** From here to the end of the file. */
export function atFullPasswordCost() {
  setPasswordCost.full()
  afterAll(setPasswordCost.low)
}
