import { boundedMap } from './bounded'
import { follow } from './follow'
import type { Device } from './keys'
import type { Layout } from './layout'
import { limits } from './limits'
import { Refusal } from './refusals'
import { type Shape, shapeOf } from './shape'

interface Hint {
  /** Of the first record. */
  key: string
  misses: number
}

/**
 * A device sends the same records again and again: what its last body looked like is remembered, and the next one read along it. Whatever is
 * written otherwise is read the general way, and learned from.
 */
export function openShapes() {
  const shapes = boundedMap<Shape>(limits.shapesBytes, (_, { literal, row, ends }) => literal.length + row.length + 8 * ends.length + 500)
  const hints = boundedMap<Hint>(limits.shapeDevices)

  /** The rows of a body, where it could be read along the shapes. */
  function read(bytes: Buffer, device: Device): { rows: Buffer; frames: number } | undefined {
    const hint = hints.get(device.device_id)
    const first = hint && shapes.get(hint.key)
    if (!first) return undefined
    const found = orRefused(() => follow(bytes, device, first, shapes.get))
    hint.misses = found ? 0 : hint.misses + 1
    return found
  }

  /** From all records of a body that are stored as they are; from one body of two, of four, of eight, where none is ever as the one before it. */
  function learn({ device_id }: Device, count: number, record: (index: number) => { text: string; layout: Layout }) {
    const misses = hints.get(device_id)?.misses ?? 0
    if (misses & (misses - 1)) return
    let before: Shape | undefined
    for (let index = 0; index < Math.min(count, limits.shapesLearned); index++) {
      const { text, layout } = record(index)
      const made = shapeOf(text.trim(), layout)
      if (!made) return
      const shape = shapes.get(made.key) ?? made
      if (shape === made) shapes.set(shape.key, shape)
      if (before) before.next = shape.key
      else hints.set(device_id, { key: shape.key, misses })
      before = shape
    }
  }

  function forgetAll() {
    shapes.clear()
    hints.clear()
  }

  return { read, learn, forgetAll }
}

export type Shapes = ReturnType<typeof openShapes>

function orRefused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
