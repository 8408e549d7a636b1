import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

/** What was done, in words; an action that this console does not know stays as it came. */
export function useActionName(): (action: string) => string {
  const { t, i18n } = useTranslation()
  return useCallback(
    (action) => {
      const key = `audit_actions.${action}`
      return i18n.exists(key) ? t(key as 'audit_actions.devices.update') : action
    },
    [t, i18n],
  )
}
