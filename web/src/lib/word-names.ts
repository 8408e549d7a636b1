import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

/** Names of words that the server uses; of one that came with a newer server, the word itself. */
export function useWordNames(group: 'settings.groups.area' | 'settings.rejected.reasons'): (word: string) => string {
  const { t, i18n } = useTranslation()
  return useCallback(
    (word) => {
      const key = `${group}.${word.replaceAll('.', '_')}`
      return i18n.exists(key) ? t(key as 'settings.groups.area.devices') : word
    },
    [t, i18n, group],
  )
}
