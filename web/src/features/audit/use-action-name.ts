import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { auditActions } from '@/lib/i18n/en/audit-actions'
import type { Option } from '@/ui/select'

/** Every action there is: the server's own list, by a law over the words. */
const everyAction = Object.entries(auditActions.audit_actions).flatMap(([resource, verbs]) =>
  Object.keys(verbs).map((verb) => `${resource}.${verb}`),
)

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

/** All actions to choose from, whatever the rows at hand show. */
export function useActionOffer(values: readonly string[]): { options: Option[]; chosen: Option[] } {
  const actionName = useActionName()
  const named = (value: string) => ({ value, label: actionName(value) })
  return {
    options: everyAction.map(named).toSorted((left, right) => left.label.localeCompare(right.label)),
    chosen: values.map(named),
  }
}
