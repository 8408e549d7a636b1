import { useCan } from '@/lib/me'
import { GroupChoice } from './group-choice'
import type { ScopeChoice as Scope } from './queries'
import { ScopeChoice } from './scope-choice'

type AccessFieldsProps = {
  disabled: boolean
  groups: string[]
  onGroups: (ids: string[]) => void
  scope: Scope
  onScope: (scope: Scope) => void
}

/** The groups and the view of a user or a service account, as far as the caller may see them. */
export function AccessFields({ disabled, groups, onGroups, scope, onScope }: AccessFieldsProps) {
  const can = useCan()
  return (
    <>
      {can('settings.groups.read') && <GroupChoice disabled={disabled} value={groups} onChange={onGroups} />}
      {can('org_units.read') && <ScopeChoice disabled={disabled} value={scope} onChange={onScope} />}
    </>
  )
}

/** What is shown of a view, as it is sent. */
export const sentScope = (shown: 'all' | { org_unit_id: string; subtree: boolean }[]): Scope =>
  shown === 'all' ? 'all' : shown.map(({ org_unit_id, subtree }) => ({ org_unit_id, subtree }))
