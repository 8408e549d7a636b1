import { Problem } from '@/lib/problem'

export const refusal = new Problem({
  status: 422,
  word: 'invalid',
  detail: 'The request does not fit',
  requestId: 'example-2',
  errors: [{ path: '/name', message: 'is required' }],
})
