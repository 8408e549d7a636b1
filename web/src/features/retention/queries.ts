import { queryOptions, useMutation } from '@tanstack/react-query'
import { api, ifMatch, taggedAnswer, type AnswerOf } from '@/lib/api'

const settings = api.settings.telemetry

export type Retention = AnswerOf<typeof settings.get>
export type RetentionChoice = Pick<Retention, 'raw_days' | 'rollup_days'>

export const retentionQuery = queryOptions({ queryKey: ['telemetry-retention'], queryFn: () => taggedAnswer(settings.get()) })

export function useSetRetention() {
  return useMutation({
    meta: { invalidates: ['telemetry-retention'], handlesError: true },
    mutationFn: ({ choice, etag }: { choice: RetentionChoice; etag: string | null }) => taggedAnswer(settings.put(choice, ifMatch(etag))),
  })
}
