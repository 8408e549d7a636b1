import { featureNames } from '../core/feature-flags'
import { limits } from '../core/limits'
import { database } from '../management/database'
import { createPlan, giveLicence } from '../management/licences/service'
import { inManagement, plane } from '../management/scope'
import { bootstrapOwner } from '../management/staff/service'
import { changeState, getTenant } from '../management/tenants/service'

/** An owner among the staff, and licences for the tenants of the demo: as if staff had given them. */
export async function makeManagementDemo(tenant_ids: string[], password: string) {
  const email = 'owner@platform.example'
  database.takeTime(limits.jobMs)
  try {
    await bootstrapOwner({ email, name: 'Platform owner', password })
    await inManagement(plane, 'read write', async (scope) => {
      const terms = { features: [...featureNames], max_users: null, max_devices: null, grace_days: 14 }
      const plan = await createPlan(scope, { name: 'Demo', ...terms })
      for (const id of tenant_ids) {
        await giveLicence(scope, id, { plan_id: plan.id, expires_at: null, reason: 'demo' })
        const { state } = await getTenant(scope, id)
        if (state === 'pending') await changeState(scope, id, 'activate', 'demo')
      }
    })
    return { email, password }
  } finally {
    await database.close()
  }
}
