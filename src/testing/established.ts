import { registered, signedIn } from './api'
import { owner, setTenantStatus } from './owner'
import { addFrames, addLayout, report, runQueue } from './world'

/** A tenant with an administrator, a device and what it reported; active in both planes, wherever it was made. */
export async function established() {
  const client = await signedIn()
  const { tenant_id } = client
  await owner`update access_group set permissions = '{*}' where tenant_id = ${tenant_id} and name like 'group of%'`
  await owner`update management.tenant set state = 'active' where id = ${tenant_id}`
  await setTenantStatus(tenant_id, 'active')
  const device = await registered(client, { name: "edge 'one' \\ \u2028 \n two" })
  const reporter = { ...device, tenant_id }
  await addFrames(reporter, await addLayout(tenant_id, ['cpu_percent']), [
    [Date.now() - 60_000, 4242.5],
    [Date.now() - 50_000, Number.NaN],
  ])
  await report(reporter, [{ kind: 'security_alert', data: { title: 'Door open', severity: 'high' } }])
  await runQueue(tenant_id)
  return { client, tenant_id, reporter }
}
