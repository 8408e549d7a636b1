import { afterAll, beforeAll, expect, test } from 'bun:test'
import { watch } from './process'

const idle = () => watch(Bun.spawn(['tail', '-f', '/dev/null']))
let kept: ReturnType<typeof idle>
let left: ReturnType<typeof idle>
beforeAll(() => void (kept = idle()))
afterAll(() => kept.kill())

test('a test starts a process and leaves it behind', () => {
  left = idle()
  expect([left.exitCode, left.signalCode]).toEqual([null, null])
})

test('which has ended before the next one begins; what the whole file has started goes on', () => {
  expect([left.signalCode, kept.exitCode, kept.signalCode]).toEqual(['SIGTERM', null, null])
})
