import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

const kinds = ['user', 'api_token', 'device', 'job', 'webhook', 'staff'] as const

/** What an actor is, in words; a kind that this console does not know stays as it came. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation()
  return useCallback(
    (kind) => {
      const known = kinds.find((candidate) => candidate === kind)
      return known ? t(`settings.audit.kind.${known}`) : kind
    },
    [t],
  )
}
