import { useActionName } from '@/lib/action-name'
import { auditActions } from '@/lib/i18n/en/audit-actions'
import type { Option } from '@/ui/select'

/** Every action there is: the server's own list, by a law over the words. */
const everyAction = Object.entries(auditActions.audit_actions).flatMap(([resource, verbs]) =>
  Object.keys(verbs).map((verb) => `${resource}.${verb}`),
)

/** All actions to choose from, whatever the rows at hand show. */
export function useActionOffer(values: readonly string[]): { options: Option[]; chosen: Option[] } {
  const actionName = useActionName()
  const named = (value: string) => ({ value, label: actionName(value) })
  return {
    options: everyAction.map(named).toSorted((left, right) => left.label.localeCompare(right.label)),
    chosen: values.map(named),
  }
}
