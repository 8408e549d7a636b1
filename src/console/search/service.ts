import { featuresOf } from '../../core/features'
import type { Permission } from '../../core/permissions'
import type { Scope } from '../../core/scope'
import { listDevices } from '../../edge/devices/list'
import { listGroups } from '../../identity/groups/service'
import { listOrgUnits } from '../../identity/org-units/service'
import { listUsers } from '../../identity/users/list'
import { listAlerts } from '../../soc/alerts/list'

const each = 6

/** What is found in each list, as that list itself would find it: its permission, feature and organization units hold. */
export async function search(scope: Scope, words: string) {
  const may = (permission: Permission) => scope.actor.permissions.has(permission)
  const filter = { search: words, limit: each }
  const devices = may('devices.read') ? (await listDevices(scope, filter)).items : []
  const alerts = may('alerts.read') && (await featuresOf(scope.actor.tenant_id)).security ? (await listAlerts(scope, filter)).items : []
  const users = may('settings.users.read') ? (await listUsers(scope, filter)).items : []
  const units = may('org_units.read') ? (await listOrgUnits(scope, filter)).items : []
  const groups = may('settings.groups.read') ? (await listGroups(scope, filter)).items : []
  return {
    devices: devices.map(({ id, name, status, org_unit_id }) => ({ id, name, status, org_unit_id })),
    alerts: alerts.map(({ id, title, severity, status, device_name }) => ({ id, title, severity, status, device_name })),
    users: users.map(({ id, name, email }) => ({ id, name, email })),
    org_units: units.map(({ id, name, parent_id }) => ({ id, name, parent_id })),
    groups: groups.map(({ id, name }) => ({ id, name })),
  }
}
