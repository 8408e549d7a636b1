import '../app'
import '../management/app'
import { expect, test } from 'bun:test'
import { FormatRegistry } from 'elysia/type-system'
import { isUuid } from './formats'

test('ids of requests are looked at by the quick format, whatever a plugin brought along', () => {
  expect(FormatRegistry.Get('uuid')).toBe(isUuid)
})

test.each([
  ['00000000-0000-0000-0000-000000000000', true],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', true],
  ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', true],
  ['0192F0C1-7B7A-7C3E-8A4B-0123456789AB', true],
  ['0192f0c1-7b7a-8c3e-ba4b-0123456789ab', true],
  ['0192f0c1-7b7a-0c3e-8a4b-0123456789ab', false],
  ['0192f0c1-7b7a-9c3e-8a4b-0123456789ab', false],
  ['0192f0c1-7b7a-7c3e-ca4b-0123456789ab', false],
  ['0192f0c17b7a7c3e8a4b0123456789ab', false],
  ['urn:uuid:0192f0c1-7b7a-7c3e-8a4b-0123456789ab', false],
  ['0192f0c1-7b7a-7c3e-8a4b-0123456789ab\n', false],
  ['0192f0c1-7b7a-7c3e-8a4b-0123456789aé', false],
  ['', false],
])('%p as an id: %p', (text, accepted) => {
  expect(isUuid(text)).toBe(accepted)
})
