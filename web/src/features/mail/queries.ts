import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

export type Mail = ItemOf<(typeof api)['mail-outbox']['get']>

export const mailList = listOptions(['mail', 'list'], (cursor) => answer(api['mail-outbox'].get({ query: { limit: 100, cursor } })))
